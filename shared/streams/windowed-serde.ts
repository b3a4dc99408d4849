import type { Windowed } from './record.js';
import type { Serde } from './serde.js';

/** A windowed key as Kafka Streams writes it: the key's bytes and the start of the window; its size is known from elsewhere. */
export function timeWindowedSerde<K>(inner: Serde<NonNullable<K>>, sizeMs: number): Serde<Windowed<K>> {
  return {
    serialize({ key, window }) {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64BE(BigInt(window.start));
      return Buffer.concat([inner.serialize(key as NonNullable<K>), bytes]);
    },
    deserialize(bytes) {
      const end = bytes.length - 8;
      const start = Number(bytes.readBigInt64BE(end));
      return { key: inner.deserialize(bytes.subarray(0, end)), window: { start, end: start + sizeMs } };
    },
  };
}

/** A session's key as Kafka Streams writes it: the key's bytes, the end and the start of the session. */
export function sessionWindowedSerde<K>(inner: Serde<NonNullable<K>>): Serde<Windowed<K>> {
  return {
    serialize({ key, window }) {
      const bytes = Buffer.alloc(16);
      bytes.writeBigInt64BE(BigInt(window.end), 0);
      bytes.writeBigInt64BE(BigInt(window.start), 8);
      return Buffer.concat([inner.serialize(key as NonNullable<K>), bytes]);
    },
    deserialize(bytes) {
      const at = bytes.length - 16;
      const [end, start] = [Number(bytes.readBigInt64BE(at)), Number(bytes.readBigInt64BE(at + 8))];
      return { key: inner.deserialize(bytes.subarray(0, at)), window: { start, end } };
    },
  };
}
