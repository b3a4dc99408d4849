import { createRequire } from 'node:module';
import { KitError } from '#shared/errors';
import type { RecordHeaders } from './records.js';

/** What is used here of kafkajs 2.2.4's src/protocol/encoder. */
interface Encoder {
  writeVarInt(value: number): this;
  writeInt8(value: number): this;
  writeVarLong(value: unknown): this;
  writeVarIntBytes(value: Buffer | string | null): this;
}

interface EncoderClass {
  /** `initialSize` in bytes; it grows. */
  new (initialSize: number): Encoder;
  sizeOfVarInt(value: number): number;
  sizeOfVarLong(value: unknown): number;
  sizeOfVarIntBytes(value: Buffer | string | null): number;
}

/** What kafkajs gives to src/protocol/recordBatch/record/v0. */
interface RecordToEncode {
  readonly offsetDelta?: number;
  readonly timestampDelta?: unknown;
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: RecordHeaders;
}

const RECORD = 'kafkajs/src/protocol/recordBatch/record/v0';
const PRODUCE = 'kafkajs/src/protocol/requests/produce/v3/request';
const MAX_VARINT_BYTES = 5;
const PATCHED = Symbol.for('kafka-ml-demos.null-headers');

/**
 * Makes kafkajs encode a header without a value as Kafka does, with the length -1: its own encoder throws at one, although
 * it reads them. Source: https://kafka.apache.org/documentation/#recordheader
 * @throws KitError 'internal' when kafkajs is not built as it was, or has produced before: its version is pinned.
 */
export function encodeNullHeaders(): void {
  const require = createRequire(import.meta.url);
  const Encoder = require('kafkajs/src/protocol/encoder') as EncoderClass;
  const original = require(RECORD) as object;
  if (PATCHED in original) return;
  const module = require.cache[require.resolve(RECORD)];
  // Produce requests are loaded when the first one is made, and keep the encoder that is there then.
  if (module === undefined || typeof original !== 'function' || require.cache[require.resolve(PRODUCE)] !== undefined) {
    throw new KitError('internal', 'kafkajs is another version than the 2.2.4 that its record encoder is mended for.');
  }
  const encode = (record: RecordToEncode): Encoder => encodeRecord(Encoder, record);
  module.exports = Object.assign(encode, { [PATCHED]: true });
}

// Record => Length Attributes TimestampDelta OffsetDelta Key Value [HeaderKey HeaderValue]
function encodeRecord(
  Encoder: EncoderClass,
  { offsetDelta = 0, timestampDelta = 0, key, value, headers = {} }: RecordToEncode,
): Encoder {
  const pairs = headerPairs(headers);
  let size =
    1 +
    Encoder.sizeOfVarLong(timestampDelta) +
    Encoder.sizeOfVarInt(offsetDelta) +
    Encoder.sizeOfVarIntBytes(key) +
    Encoder.sizeOfVarIntBytes(value) +
    Encoder.sizeOfVarInt(pairs.length);
  for (const [name, bytes] of pairs) size += Encoder.sizeOfVarIntBytes(name) + Encoder.sizeOfVarIntBytes(bytes);
  // One buffer of the right size: kafkajs takes half a kilobyte for each record and for each header.
  const encoder = new Encoder(size + MAX_VARINT_BYTES)
    .writeVarInt(size)
    .writeInt8(0)
    .writeVarLong(timestampDelta)
    .writeVarInt(offsetDelta)
    .writeVarIntBytes(key)
    .writeVarIntBytes(value)
    .writeVarInt(pairs.length);
  for (const [name, bytes] of pairs) encoder.writeVarIntBytes(name).writeVarIntBytes(bytes);
  return encoder;
}

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
