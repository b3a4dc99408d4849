/** Which row of a table a key leads to from the one at `at`, of so many; undefined where it leads nowhere. */
export function rowByKey(key: string, at: number, rows: number): number | undefined {
  const last = rows - 1;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last, PageDown: at + 10, PageUp: at - 10 }[key];
  return to === undefined ? undefined : Math.max(0, Math.min(last, to));
}
