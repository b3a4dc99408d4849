import type { RecordHeaders } from './records.js';

type HeaderPair = readonly [name: string, value: Buffer | string | null];

const NONE: readonly never[] = [];

/**
 * Each header that is to be written: one of several values has a pair for each, one that is undefined has none. What is
 * neither bytes nor text is left out: kafkajs reads a header named `constructor` as a second one beside Object's own.
 */
export function headerPairs(headers: RecordHeaders | undefined): readonly HeaderPair[] {
  const names = headers === undefined ? NONE : Object.keys(headers);
  // Nearly all records have none.
  if (headers === undefined || names.length === 0) return NONE;
  const pairs: HeaderPair[] = [];
  for (const name of names) {
    const given = headers[name];
    for (const value of Array.isArray(given) ? given : [given]) {
      if (value === null || typeof value === 'string' || Buffer.isBuffer(value)) pairs.push([name, value]);
    }
  }
  return pairs;
}
