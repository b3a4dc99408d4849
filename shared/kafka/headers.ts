import type { RecordHeaders } from './records.js';

/**
 * Each header that is to be written: one of several values has a pair for each, one that is undefined has none. What is
 * neither bytes nor text is left out: kafkajs reads a header named `constructor` as a second one beside Object's own.
 */
export function headerPairs(headers: RecordHeaders): [name: string, value: Buffer | string | null][] {
  const pairs: [string, Buffer | string | null][] = [];
  for (const name of Object.keys(headers)) {
    const given = headers[name];
    for (const value of Array.isArray(given) ? given : [given]) {
      if (value === null || typeof value === 'string' || Buffer.isBuffer(value)) pairs.push([name, value]);
    }
  }
  return pairs;
}
