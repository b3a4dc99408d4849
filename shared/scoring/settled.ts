/**
 * When both have ended, however: to be waited for by whoever closes. It keeps nothing of what they gave, unlike
 * Promise.allSettled, of which a chain would keep every result for ever.
 */
export async function settled(before: Promise<void>, work: Promise<unknown>): Promise<void> {
  await before;
  await work.catch(() => undefined);
}
