import { KitError } from '#shared/errors';
import { crc32c } from './crc32c.js';

// Where the fields of a record batch lie (kafka.apache.org/documentation#recordbatch). The CRC covers everything from the
// attributes on, so base offset and leader epoch can be set without touching it.
const at = {
  baseOffset: 0,
  batchLength: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
} as const;

/** Bytes of a batch before its first record. */
export const batchHeaderBytes = 61;
/** Bytes that say a batch's base offset and length, before the length begins to count. */
const batchOverheadBytes = 12;

const compressions = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
/** The bits of a batch's attributes that name its compression. */
export const compressionMask = 0b111;
/** How the records of a batch are compressed. */
export type Compression = (typeof compressions)[number];

/** The header of a record batch of magic 2. */
export interface BatchHeader {
  readonly baseOffset: number;
  /** The whole batch, header included, in bytes. */
  readonly sizeBytes: number;
  readonly partitionLeaderEpoch: number;
  readonly crc: number;
  readonly attributes: number;
  readonly lastOffsetDelta: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordCount: number;
}

/** The format of the batch or message at `start`: 2 for record batches, 0 and 1 for the message sets before them. */
export function readMagic(bytes: Buffer, start = 0): number {
  need(bytes, start, at.magic + 1);
  return bytes.readInt8(start + at.magic);
}

/** Reads the header of the batch that begins at `start`; a `protocol` error where none does. */
export function readBatchHeader(bytes: Buffer, start = 0): BatchHeader {
  need(bytes, start, batchHeaderBytes);
  const magic = bytes.readInt8(start + at.magic);
  const batchLength = bytes.readInt32BE(start + at.batchLength);
  if (magic !== 2 || batchLength < batchHeaderBytes - batchOverheadBytes) {
    throw new KitError(
      'protocol',
      `Reading a record batch: its format is ${magic} and its length ${batchLength}; format 2 and at least ${batchHeaderBytes - batchOverheadBytes} are right`,
    );
  }
  return {
    baseOffset: int64At(bytes, start + at.baseOffset),
    sizeBytes: batchLength + batchOverheadBytes,
    partitionLeaderEpoch: bytes.readInt32BE(start + at.partitionLeaderEpoch),
    crc: bytes.readUInt32BE(start + at.crc),
    attributes: bytes.readInt16BE(start + at.attributes),
    lastOffsetDelta: bytes.readInt32BE(start + at.lastOffsetDelta),
    baseTimestamp: int64At(bytes, start + at.baseTimestamp),
    maxTimestamp: int64At(bytes, start + at.maxTimestamp),
    producerId: int64At(bytes, start + at.producerId),
    producerEpoch: bytes.readInt16BE(start + at.producerEpoch),
    baseSequence: bytes.readInt32BE(start + at.baseSequence),
    recordCount: bytes.readInt32BE(start + at.recordCount),
  };
}

/** The codec of a batch with these attributes; undefined for one that nobody has defined. */
export function compressionOf(attributes: number): Compression | undefined {
  return compressions[attributes & compressionMask];
}

/** The bits that name a codec in a batch's attributes. */
export function compressionBits(compression: Compression): number {
  return compressions.indexOf(compression);
}

/** Bits of a batch's attributes beside its compression. */
export const attribute = {
  logAppendTime: 0b1000,
  transactional: 0b10000,
  control: 0b100000,
  /** The base timestamp is the time from which on tombstones may go (KIP-534). */
  deleteHorizon: 0b1000000,
} as const;

/** Whether the checksum of the batch at `start` is that of its bytes. */
export function hasValidCrc(bytes: Buffer, start: number, sizeBytes: number): boolean {
  return bytes.readUInt32BE(start + at.crc) === crc32c(bytes, start + at.attributes, start + sizeBytes);
}

/** Gives the batch at `start` its place in a log. */
export function placeBatch(bytes: Buffer, start: number, baseOffset: number, leaderEpoch: number): void {
  writeInt64(bytes, start + at.baseOffset, baseOffset);
  bytes.writeInt32BE(leaderEpoch, start + at.partitionLeaderEpoch);
}

/** Makes the time of every record in the batch at `start` the time of appending (`LogAppendTime`). */
export function stampBatch(bytes: Buffer, start: number, sizeBytes: number, timestamp: number): void {
  bytes.writeInt16BE(bytes.readInt16BE(start + at.attributes) | attribute.logAppendTime, start + at.attributes);
  writeInt64(bytes, start + at.maxTimestamp, timestamp);
  sealBatch(bytes, start, sizeBytes);
}

/** Writes the checksum of the batch at `start`, once everything after it is in place. */
export function sealBatch(bytes: Buffer, start: number, sizeBytes: number): void {
  bytes.writeUInt32BE(crc32c(bytes, start + at.attributes, start + sizeBytes), start + at.crc);
}

/** Writes a header of magic 2 at the start of `bytes`; the checksum is left to {@link sealBatch}. */
export function writeBatchHeader(bytes: Buffer, header: Omit<BatchHeader, 'crc'>): void {
  writeInt64(bytes, at.baseOffset, header.baseOffset);
  bytes.writeInt32BE(header.sizeBytes - batchOverheadBytes, at.batchLength);
  bytes.writeInt32BE(header.partitionLeaderEpoch, at.partitionLeaderEpoch);
  bytes.writeInt8(2, at.magic);
  bytes.writeInt16BE(header.attributes, at.attributes);
  bytes.writeInt32BE(header.lastOffsetDelta, at.lastOffsetDelta);
  writeInt64(bytes, at.baseTimestamp, header.baseTimestamp);
  writeInt64(bytes, at.maxTimestamp, header.maxTimestamp);
  writeInt64(bytes, at.producerId, header.producerId);
  bytes.writeInt16BE(header.producerEpoch, at.producerEpoch);
  bytes.writeInt32BE(header.baseSequence, at.baseSequence);
  bytes.writeInt32BE(header.recordCount, at.recordCount);
}

function int64At(bytes: Buffer, offset: number): number {
  return bytes.readInt32BE(offset) * 4294967296 + bytes.readUInt32BE(offset + 4);
}

function writeInt64(bytes: Buffer, offset: number, value: number): void {
  bytes.writeInt32BE(Math.floor(value / 4294967296), offset);
  bytes.writeUInt32BE(value >>> 0, offset + 4);
}

function need(bytes: Buffer, start: number, length: number): void {
  if (start < 0 || bytes.length - start < length) {
    throw new KitError(
      'protocol',
      `Reading a record batch: ${Math.max(0, bytes.length - start)} bytes are there; its header takes ${batchHeaderBytes}`,
    );
  }
}
