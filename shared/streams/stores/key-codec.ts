import { type Serde, serdes } from '../serde.js';

/**
 * Keys as texts that can be looked up in a Map, compare as Kafka compares their bytes, and turn into those bytes:
 * a text key is its own, every other one its serialized bytes with a character for each.
 */
export interface KeyCodec<K> {
  id(key: K): string;
  key(id: string): K;
  bytes(id: string): Buffer;
  idOfBytes(bytes: Buffer): string;
}

export function keyCodec<K>(serde: Serde<NonNullable<K>>): KeyCodec<K> {
  // The serde of texts is this one object, and then the keys are texts.
  return (serde as unknown) === serdes.string ? (textKeys as unknown as KeyCodec<K>) : serializedKeys(serde);
}

const textKeys: KeyCodec<string> = {
  id: (key) => (typeof key === 'string' ? key : serdes.string.serialize(key).toString()),
  key: (id) => id,
  bytes: (id) => Buffer.from(id),
  idOfBytes: (bytes) => bytes.toString('utf8'),
};

function serializedKeys<K>(serde: Serde<NonNullable<K>>): KeyCodec<K> {
  return {
    // Null keys are dropped before a store is asked.
    id: (key) => serde.serialize(key as NonNullable<K>).toString('latin1'),
    key: (id) => serde.deserialize(Buffer.from(id, 'latin1')),
    bytes: (id) => Buffer.from(id, 'latin1'),
    idOfBytes: (bytes) => bytes.toString('latin1'),
  };
}

/** From here on UTF-16, which strings are compared by, and UTF-8, which keys are ordered by, may disagree. */
const FIRST_SURROGATE = 0xd800;

/** Whether `<` may order a text in another way than its UTF-8 bytes. */
export function needsByteOrder(id: string): boolean {
  for (let at = 0; at < id.length; at++) if (id.charCodeAt(at) >= FIRST_SURROGATE) return true;
  return false;
}

export type CompareIds = (a: string, b: string) => number;

export const compareUnits: CompareIds = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** By the order of code points, which is that of their UTF-8 bytes. */
export const compareBytes: CompareIds = (a, b) => {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
};

// Surrogates stand for code points above all others.
const rank = (unit: number): number => (unit >= FIRST_SURROGATE && unit <= 0xdfff ? unit + 0x10000 : unit);
