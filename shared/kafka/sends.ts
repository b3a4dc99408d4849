import { headerPairs } from './null-headers.js';
import type { OutgoingRecord } from './records.js';

/**
 * kafkajs groups the messages of one send in quadratic time (producer/groupMessagesPerPartition.js), so that 500 at a
 * time is up to half as fast again as several thousand.
 */
const MESSAGES_PER_SEND = 500;

/**
 * kafkajs makes one batch of what a send has for a partition, and a broker takes 1 MiB for a batch unless it is told
 * otherwise (message.max.bytes): half of that leaves room for what a record needs beside its bytes.
 */
const BYTES_PER_SEND = 524_288;

/** Cuts records, in order, into what is sent at once; a record that is larger than a send may be goes alone. */
export function* sends(
  records: readonly OutgoingRecord[],
  maxRecords = MESSAGES_PER_SEND,
): Generator<readonly OutgoingRecord[]> {
  let start = 0;
  let bytes = 0;
  for (const [index, record] of records.entries()) {
    const size = sizeOf(record);
    if (index > start && (index - start >= maxRecords || bytes + size > BYTES_PER_SEND)) {
      yield records.slice(start, index);
      start = index;
      bytes = 0;
    }
    bytes += size;
  }
  if (start < records.length) yield records.slice(start);
}

function sizeOf({ key, value, headers }: OutgoingRecord): number {
  let bytes = sizeOfValue(key) + sizeOfValue(value);
  if (headers !== undefined) {
    for (const [name, of] of headerPairs(headers)) bytes += Buffer.byteLength(name) + sizeOfValue(of);
  }
  return bytes;
}

function sizeOfValue(value: Buffer | string | null): number {
  return value === null ? 0 : Buffer.byteLength(value);
}
