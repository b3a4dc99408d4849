import { gzipSync } from 'node:zlib';
import { KitError } from '#shared/errors';
import { type BatchHeader, batchHeaderBytes, compressionOf, sealBatch, writeBatchHeader } from './record-batch.js';

/** A header of a record; Kafka allows the same key more than once. */
export interface RecordHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

/** What a new record is made of. */
export interface NewRecord {
  readonly timestamp: number;
  readonly key?: Buffer | null;
  readonly value?: Buffer | null;
  readonly headers?: readonly RecordHeader[];
}

/** What a batch is, apart from what its records say; its last offset is that of its last record where nothing else is said. */
export type BatchIdentity = Pick<
  BatchHeader,
  'baseOffset' | 'attributes' | 'producerId' | 'producerEpoch' | 'baseSequence'
> &
  Partial<Pick<BatchHeader, 'partitionLeaderEpoch' | 'lastOffsetDelta'>>;

const NO_HEADERS: readonly RecordHeader[] = [];
const INITIAL_BYTES = 8_192;

/** Encodes records one by one as they come, and makes a record batch of them: nothing is kept of a record but its bytes. */
export class BatchBuilder {
  #bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #end = batchHeaderBytes;
  #count = 0;
  #lastOffsetDelta = -1;
  #maxTimestamp = Number.NEGATIVE_INFINITY;
  #baseTimestamp: number | undefined;

  /** Times are written as differences from `baseTimestamp`, that of the first record where it is not given. */
  constructor(baseTimestamp?: number) {
    this.#baseTimestamp = baseTimestamp;
  }

  get count(): number {
    return this.#count;
  }

  /** Of the batch, before it is compressed. */
  get sizeBytes(): number {
    return this.#end;
  }

  /**
   * Adds a record, unless the batch has some already and would become larger than so many bytes: then it gives false. Without
   * an offset the record comes right behind the one before.
   */
  append(record: NewRecord, offsetDelta = this.#lastOffsetDelta + 1, maxBytes = Number.POSITIVE_INFINITY): boolean {
    const baseTimestamp = this.#baseTimestamp ?? record.timestamp;
    const bodyBytes = recordBytes(record, offsetDelta, baseTimestamp);
    const end = this.#end + varintBytes(bodyBytes) + bodyBytes;
    if (this.#count > 0 && end > maxBytes) return false;
    if (end > this.#bytes.length) this.#grow(end);
    const at = writeVarint(this.#bytes, this.#end, bodyBytes);
    this.#end = writeRecord(this.#bytes, at, record, offsetDelta, baseTimestamp);
    this.#baseTimestamp = baseTimestamp;
    this.#lastOffsetDelta = offsetDelta;
    this.#count += 1;
    if (record.timestamp > this.#maxTimestamp) this.#maxTimestamp = record.timestamp;
    return true;
  }

  /** Gives the batch, compressed with gzip where its attributes say so. Nothing may be added afterwards. */
  finish(identity: BatchIdentity): Buffer {
    if (this.#count === 0) {
      throw new KitError('usage', 'Building a record batch: no records; at least one is needed');
    }
    const plain = this.#bytes.subarray(0, this.#end);
    const isCompressed = compressionOf(identity.attributes) === 'gzip';
    const batch = isCompressed
      ? Buffer.concat([plain.subarray(0, batchHeaderBytes), gzipSync(plain.subarray(batchHeaderBytes))])
      : plain;
    writeBatchHeader(batch, {
      baseOffset: identity.baseOffset,
      partitionLeaderEpoch: identity.partitionLeaderEpoch ?? -1,
      attributes: identity.attributes,
      lastOffsetDelta: identity.lastOffsetDelta ?? this.#lastOffsetDelta,
      baseTimestamp: this.#baseTimestamp ?? 0,
      maxTimestamp: this.#maxTimestamp,
      producerId: identity.producerId,
      producerEpoch: identity.producerEpoch,
      baseSequence: identity.baseSequence,
      sizeBytes: batch.length,
      recordCount: this.#count,
    });
    sealBatch(batch, 0, batch.length);
    return batch;
  }

  #grow(neededBytes: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, neededBytes));
    this.#bytes.copy(grown, 0, 0, this.#end);
    this.#bytes = grown;
  }
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
