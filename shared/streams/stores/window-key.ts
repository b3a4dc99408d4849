import { KitError } from '#shared/errors';
import { isTimestamp } from '../record.js';

/** @throws KitError 'record-unprocessable' where a window cannot be written to a changelog: to who puts it, not at the next commit. */
export function checkWindow(store: string, start: number, end = start): void {
  if (isTimestamp(start) && isTimestamp(end)) return;
  const window = start === end ? `at ${start}` : `from ${start} to ${end}`;
  throw new KitError(
    'record-unprocessable',
    `The store "${store}" was given a window ${window}; its times must be whole milliseconds since the epoch, from 0 to 8.64e15.`,
  );
}

/** What follows the key's bytes in the changelog of a window store: the start, and a number that tells duplicates apart. */
const SUFFIX_BYTES = 12;

/** Key, start and sequence as Kafka Streams lays them out in the changelog of a window store. */
export function joinWindowKey(key: Buffer, start: number, sequence: number): Buffer {
  const bytes = Buffer.allocUnsafe(key.length + SUFFIX_BYTES);
  key.copy(bytes);
  bytes.writeBigInt64BE(BigInt(start), key.length);
  bytes.writeInt32BE(sequence, key.length + 8);
  return bytes;
}

export function splitWindowKey(bytes: Buffer): { key: Buffer; start: number; sequence: number } {
  const end = bytes.length - SUFFIX_BYTES;
  return {
    key: bytes.subarray(0, end),
    start: Number(bytes.readBigInt64BE(end)),
    sequence: bytes.readInt32BE(end + 8),
  };
}

const SESSION_SUFFIX_BYTES = 16;

/** Key, end and start as Kafka Streams lays them out in the changelog of a session store. */
export function joinSessionKey(key: Buffer, start: number, end: number): Buffer {
  const bytes = Buffer.allocUnsafe(key.length + SESSION_SUFFIX_BYTES);
  key.copy(bytes);
  bytes.writeBigInt64BE(BigInt(end), key.length);
  bytes.writeBigInt64BE(BigInt(start), key.length + 8);
  return bytes;
}

export function splitSessionKey(bytes: Buffer): { key: Buffer; start: number; end: number } {
  const length = bytes.length - SESSION_SUFFIX_BYTES;
  return {
    key: bytes.subarray(0, length),
    end: Number(bytes.readBigInt64BE(length)),
    start: Number(bytes.readBigInt64BE(length + 8)),
  };
}
