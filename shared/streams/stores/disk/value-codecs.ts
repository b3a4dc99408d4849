import type { ValueAndTimestamp } from '../../record.js';
import type { Serde } from '../../serde.js';
import { KeptValues } from '../kept-values.js';
import type { ValueCodec } from './overlay-table.js';

const TIMESTAMP_BYTES = 8;

/** A value behind its timestamp. */
export function timestampedCodec<V>(serde: Serde<NonNullable<V>>): ValueCodec<ValueAndTimestamp<V>> {
  return {
    // Stores hold no null: it deletes.
    encode: ({ value, timestamp }) => withTimestamp(serde.serialize(value as NonNullable<V>), timestamp),
    decode: (bytes) => ({ value: serde.deserialize(withoutTimestamp(bytes)), timestamp: readTimestamp(bytes) }),
  };
}

export function withTimestamp(value: Buffer, timestamp: number): Buffer {
  const bytes = Buffer.allocUnsafe(TIMESTAMP_BYTES + value.length);
  bytes.writeDoubleBE(timestamp);
  value.copy(bytes, TIMESTAMP_BYTES);
  return bytes;
}

export function withoutTimestamp(bytes: Buffer): Buffer {
  return bytes.subarray(TIMESTAMP_BYTES);
}

export function readTimestamp(bytes: Buffer): number {
  return bytes.readDoubleBE();
}

const NOTHING = Buffer.alloc(0);

/** Of an index: that a key is there is all there is to know. */
export const presence: ValueCodec<true> = { encode: () => NOTHING, decode: () => true };

/** A value as it is. */
export function plainCodec<V>(serde: Serde<NonNullable<V>>): ValueCodec<V> {
  const values = new KeptValues<V>(serde);
  return { encode: (value) => values.serialize(value), decode: (bytes) => serde.deserialize(bytes) };
}
