import { gzipSync } from 'node:zlib';
import { KitError } from '#shared/errors';
import { decompress } from './compression/decompress.js';
import { Reader } from './reader.js';
import {
  attribute,
  type BatchHeader,
  batchHeaderBytes,
  compressionBits,
  compressionMask,
  compressionOf,
  readBatchHeader,
  sealBatch,
  writeBatchHeader,
} from './record-batch.js';

/** A header of a record; Kafka allows the same key more than once. */
export interface RecordHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

/** A record as a log keeps it; timestamps are milliseconds since 1970. */
export interface LogRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
}

/**
 * The records of the batch at `start`, in order, whichever codec they are compressed with; keys and values are views where
 * the batch is not compressed.
 * @throws KitError 'protocol' where the batch or what is compressed in it is damaged.
 */
export function* readRecords(bytes: Buffer, start = 0): Generator<LogRecord> {
  const header = readBatchHeader(bytes, start);
  const reader = new Reader(contentOf(bytes, start, header.attributes, header.sizeBytes));
  const stamped = (header.attributes & attribute.logAppendTime) !== 0;
  for (let i = 0; i < header.recordCount; i += 1) {
    const length = reader.varint();
    const end = reader.at + length;
    reader.int8();
    const timestamp = header.baseTimestamp + reader.varlong();
    const offset = header.baseOffset + reader.varint();
    const key = sizedBytes(reader);
    const value = sizedBytes(reader);
    const headers = readHeaders(reader);
    if (reader.at !== end) {
      throw new KitError('protocol', `Reading record ${i} of a batch: it ends at byte ${reader.at}, not ${end}`);
    }
    yield { offset, timestamp: stamped ? header.maxTimestamp : timestamp, key, value, headers };
  }
}

function contentOf(bytes: Buffer, start: number, attributes: number, sizeBytes: number): Buffer {
  const compression = compressionOf(attributes);
  if (compression === undefined) {
    throw new KitError('protocol', `Opening a record batch of attributes ${attributes}: there is no such compression`);
  }
  return decompress(compression, bytes.subarray(start + batchHeaderBytes, start + sizeBytes));
}

function sizedBytes(reader: Reader): Buffer | null {
  const length = reader.varint();
  return length < 0 ? null : reader.bytes(length);
}

function readHeaders(reader: Reader): RecordHeader[] {
  const count = reader.varint();
  if (count < 0 || count > reader.remaining) {
    throw new KitError('protocol', `Reading a record: ${count} headers can't lie in ${reader.remaining} bytes`);
  }
  const headers: RecordHeader[] = [];
  for (let i = 0; i < count; i += 1) headers.push({ key: reader.utf8(reader.varint()), value: sizedBytes(reader) });
  return headers;
}

const NO_HEADERS: readonly RecordHeader[] = [];

/** What a new record is made of. */
export interface NewRecord {
  readonly timestamp: number;
  readonly key?: Buffer | null;
  readonly value?: Buffer | null;
  readonly headers?: readonly RecordHeader[];
}

/** What a new batch is, apart from its records. */
export interface BatchOptions {
  readonly baseOffset?: number;
  readonly compression?: 'none' | 'gzip';
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly transactional?: boolean;
}

/** Builds one record batch of at least one record. */
export function buildBatch(newRecords: readonly NewRecord[], options: BatchOptions = {}): Buffer {
  const [first] = newRecords;
  if (first === undefined) throw new KitError('usage', 'Building a record batch: no records; at least one is needed');
  const compression = options.compression ?? 'none';
  return encodeBatch(
    newRecords,
    newRecords.map((_, i) => i),
    {
      baseOffset: options.baseOffset ?? 0,
      partitionLeaderEpoch: -1,
      attributes: compressionBits(compression) | (options.transactional ? attribute.transactional : 0),
      lastOffsetDelta: newRecords.length - 1,
      baseTimestamp: first.timestamp,
      maxTimestamp: newRecords.reduce((latest, { timestamp }) => Math.max(latest, timestamp), first.timestamp),
      producerId: options.producerId ?? -1,
      producerEpoch: options.producerEpoch ?? -1,
      baseSequence: options.baseSequence ?? -1,
    },
  );
}

/**
 * Builds the batch that is left of another when only these of its records are kept, one at least, as compaction does:
 * offsets, times and producer stay. With `deleteHorizonMs` it also says from when on its tombstones may go (KIP-534).
 */
export function rebuildBatch(batch: Buffer, kept: readonly LogRecord[], deleteHorizonMs?: number): Buffer {
  const found = readBatchHeader(batch);
  // What only opens here (snappy, lz4, zstd) is written in gzip, which every client reads; plain, it would be many times larger.
  const isCompressed = compressionOf(found.attributes) !== 'none';
  const codec = compressionBits(isCompressed ? 'gzip' : 'none');
  const header = {
    ...found,
    attributes: (found.attributes & ~compressionMask) | codec,
    // Look-ups by time trust the header; under LogAppendTime it is the time of every record.
    maxTimestamp: kept.reduce((latest, { timestamp }) => Math.max(latest, timestamp), Number.NEGATIVE_INFINITY),
  };
  const offsetDeltas = kept.map(({ offset }) => offset - header.baseOffset);
  if (deleteHorizonMs === undefined) return encodeBatch(kept, offsetDeltas, header);
  const attributes = header.attributes | attribute.deleteHorizon;
  return encodeBatch(kept, offsetDeltas, { ...header, attributes, baseTimestamp: deleteHorizonMs });
}

function encodeBatch(
  newRecords: readonly NewRecord[],
  offsetDeltas: readonly number[],
  header: Omit<BatchHeader, 'crc' | 'sizeBytes' | 'recordCount'>,
): Buffer {
  const { baseTimestamp } = header;
  let totalBytes = 0;
  const bodyBytes = newRecords.map((record, i) => {
    const bytes = recordBytes(record, offsetDeltas[i] ?? 0, baseTimestamp);
    totalBytes += varintBytes(bytes) + bytes;
    return bytes;
  });
  const plain = Buffer.allocUnsafe(batchHeaderBytes + totalBytes);
  let at = batchHeaderBytes;
  newRecords.forEach((record, i) => {
    at = writeVarint(plain, at, bodyBytes[i] ?? 0);
    at = writeRecord(plain, at, record, offsetDeltas[i] ?? 0, baseTimestamp);
  });
  const batch =
    compressionOf(header.attributes) === 'gzip'
      ? Buffer.concat([plain.subarray(0, batchHeaderBytes), gzipSync(plain.subarray(batchHeaderBytes))])
      : plain;
  writeBatchHeader(batch, { ...header, sizeBytes: batch.length, recordCount: newRecords.length });
  sealBatch(batch, 0, batch.length);
  return batch;
}

function recordBytes(record: NewRecord, offsetDelta: number, baseTimestamp: number): number {
  const headers = record.headers ?? NO_HEADERS;
  let total = 1 + varintBytes(record.timestamp - baseTimestamp) + varintBytes(offsetDelta);
  total += sizedLength(record.key) + sizedLength(record.value) + varintBytes(headers.length);
  for (const header of headers) {
    const keyBytes = Buffer.byteLength(header.key);
    total += varintBytes(keyBytes) + keyBytes + sizedLength(header.value);
  }
  return total;
}

const sizedLength = (bytes: Buffer | null | undefined) =>
  bytes ? varintBytes(bytes.length) + bytes.length : varintBytes(-1);

function writeRecord(to: Buffer, start: number, record: NewRecord, offsetDelta: number, baseTimestamp: number): number {
  to[start] = 0;
  let at = writeVarint(to, start + 1, record.timestamp - baseTimestamp);
  at = writeVarint(to, at, offsetDelta);
  at = writeSized(to, at, record.key);
  at = writeSized(to, at, record.value);
  const headers = record.headers ?? NO_HEADERS;
  at = writeVarint(to, at, headers.length);
  for (const header of headers) {
    const keyBytes = Buffer.byteLength(header.key);
    at = writeVarint(to, at, keyBytes);
    at += to.write(header.key, at, keyBytes, 'utf8');
    at = writeSized(to, at, header.value);
  }
  return at;
}

function writeSized(to: Buffer, at: number, bytes: Buffer | null | undefined): number {
  if (!bytes) return writeVarint(to, at, -1);
  const next = writeVarint(to, at, bytes.length);
  to.set(bytes, next);
  return next + bytes.length;
}

// Time differences reach beyond 32 bits; nearly all other numbers do not, and are quicker with operators of 32 bits.
const isSmall = (value: number) => value >= -0x40000000 && value < 0x40000000;
const smallZigzag = (value: number) => (value << 1) ^ (value >> 31);
const zigzag = (value: number) => (value < 0 ? -2 * value - 1 : 2 * value);

function varintBytes(value: number): number {
  let length = 1;
  if (isSmall(value)) for (let rest = smallZigzag(value); rest >= 128; rest >>= 7) length += 1;
  else for (let rest = zigzag(value); rest >= 128; rest = Math.floor(rest / 128)) length += 1;
  return length;
}

function writeVarint(to: Buffer, start: number, value: number): number {
  let at = start;
  if (isSmall(value)) {
    let rest = smallZigzag(value);
    for (; rest >= 128; rest >>= 7) to[at++] = (rest & 127) | 128;
    to[at] = rest;
    return at + 1;
  }
  let rest = zigzag(value);
  while (rest >= 128) {
    to[at] = (rest % 128) | 128;
    at += 1;
    rest = Math.floor(rest / 128);
  }
  to[at] = rest;
  return at + 1;
}
