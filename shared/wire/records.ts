import { KitError } from '#shared/errors';
import { BatchBuilder, type NewRecord, type RecordHeader } from './batch-builder.js';
import { decompress } from './compression/decompress.js';
import { Reader } from './reader.js';
import {
  attribute,
  batchHeaderBytes,
  compressionBits,
  compressionMask,
  compressionOf,
  readBatchHeader,
} from './record-batch.js';

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
  const builder = new BatchBuilder();
  for (const record of newRecords) builder.append(record);
  return builder.finish({
    baseOffset: options.baseOffset ?? 0,
    attributes: compressionBits(options.compression ?? 'none') | (options.transactional ? attribute.transactional : 0),
    producerId: options.producerId ?? -1,
    producerEpoch: options.producerEpoch ?? -1,
    baseSequence: options.baseSequence ?? -1,
  });
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
  const horizon = deleteHorizonMs === undefined ? 0 : attribute.deleteHorizon;
  const builder = new BatchBuilder(deleteHorizonMs ?? found.baseTimestamp);
  for (const record of kept) builder.append(record, record.offset - found.baseOffset);
  // Look-ups by time trust the header, which has the latest of those that are left; under LogAppendTime it is the time of every record.
  return builder.finish({
    ...found,
    attributes: (found.attributes & ~compressionMask) | codec | horizon,
  });
}
