import { KitError } from '#shared/errors';

/**
 * How long a store keeps windows.
 * @throws KitError 'topology' where that is less than a window and its grace.
 */
export function retentionOf(operator: string, leastMs: number, askedForMs = leastMs): number {
  if (Number.isInteger(askedForMs) && askedForMs >= leastMs) return askedForMs;
  throw new KitError(
    'topology',
    `${operator} is to keep its windows for ${askedForMs} ms; it must be ${leastMs} at least, which is as long as they may change.`,
  );
}
