import type { Serde } from '../../serde.js';

/*
 * Bytes are handled as texts with a character for each (latin1): they can be looked up in a Map, and `<` orders them as the
 * database orders their bytes.
 */

/** Keys of a store as texts of their bytes, and back. */
export interface ByteKeys<K> {
  text(key: K): string;
  key(text: string): K;
}

export function byteKeys<K>(serde: Serde<NonNullable<K>>): ByteKeys<K> {
  return {
    // Null keys are dropped before a store is asked.
    text: (key) => serde.serialize(key as NonNullable<K>).toString('latin1'),
    key: (text) => serde.deserialize(bytesOf(text)),
  };
}

export function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** The end, exclusive, of a range that has the text as its last. */
export function endAfter(text: string): string {
  return `${text}\0`;
}

const scratch = Buffer.alloc(8);

/** How long a number is in bytes. */
export const NUMBER_BYTES = 8;

/** A number in bytes that sort as it does; what is below zero counts as zero: times of stores never are. */
export function numberText(number: number): string {
  // The bytes of doubles that are not negative sort as the doubles do; adding 0 makes 0 of -0.
  scratch.writeDoubleBE(Math.max(0, number) + 0);
  return scratch.toString('latin1');
}

/** The end, exclusive, of everything that begins with the number or a smaller one. */
export function endAfterNumber(number: number): string {
  // The bytes of such a double, read as an integer, go up by one to the next double.
  scratch.writeDoubleBE(Math.max(0, number) + 0);
  scratch.writeBigUInt64BE(scratch.readBigUInt64BE() + 1n);
  return scratch.toString('latin1');
}

export function readNumber(text: string, at: number): number {
  scratch.write(text.slice(at, at + NUMBER_BYTES), 'latin1');
  return scratch.readDoubleBE();
}

const END_OF_KEY = '\0\0';
const ESCAPED_ZERO = '\0\u00ff';

/** A key as part of a longer one: whatever follows it, keys stay in the order of their bytes, also where one begins with another. */
export function partText(key: string): string {
  return (key.includes('\0') ? key.replaceAll('\0', ESCAPED_ZERO) : key) + END_OF_KEY;
}

/** Reads a part that begins at `at`, and says where it ends. */
export function readPart(text: string, at: number): { readonly key: string; readonly end: number } {
  const end = text.indexOf(END_OF_KEY, at);
  return { key: text.slice(at, end).replaceAll(ESCAPED_ZERO, '\0'), end: end + END_OF_KEY.length };
}

/** The end, exclusive, of everything that begins with a key's part. */
export function endOfPart(part: string): string {
  return `${part.slice(0, -1)}\u0001`;
}
