import { headerPairs } from './headers.js';
import type { OutgoingRecord } from './records.js';

/**
 * What is sent at once has one batch for a partition, and a broker takes 1 MiB for a batch unless it is told otherwise
 * (message.max.bytes): half of that leaves room for what a record needs beside its bytes.
 */
const BYTES_PER_SEND = 524_288;

/** What encoding holds up the event loop for, and a reader takes at once: batches are fetched whole. */
const RECORDS_PER_SEND = 4_096;

/** Beside its bytes, a record has lengths, a time and an offset: small ones in great number would outgrow the batch. */
const BYTES_BESIDE = 16;

/** Cuts records, in order, into what is sent at once; a record that is larger than a send may be goes alone. */
export function* sends(records: readonly OutgoingRecord[]): Generator<readonly OutgoingRecord[]> {
  let start = 0;
  let bytes = 0;
  for (const [index, record] of records.entries()) {
    const size = sizeOf(record);
    if (index > start && (index - start >= RECORDS_PER_SEND || bytes + size > BYTES_PER_SEND)) {
      yield records.slice(start, index);
      start = index;
      bytes = 0;
    }
    bytes += size;
  }
  if (start < records.length) yield records.slice(start);
}

function sizeOf({ key, value, headers }: OutgoingRecord): number {
  let bytes = BYTES_BESIDE + sizeOfValue(key) + sizeOfValue(value);
  for (const [name, of] of headerPairs(headers)) bytes += Buffer.byteLength(name) + sizeOfValue(of);
  return bytes;
}

function sizeOfValue(value: Buffer | string | null): number {
  if (value === null) return 0;
  return typeof value === 'string' ? Buffer.byteLength(value) : value.length;
}
