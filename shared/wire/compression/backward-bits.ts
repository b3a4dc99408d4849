import { damaged } from './damaged.js';

/**
 * The bits of a stream that zstd has written forward and that is read from its end, where a one bit marks the end. What would
 * lie before the beginning reads as zeros; {@link left} is below zero then.
 */
export class BackwardBits {
  readonly #bytes: Buffer;
  readonly #start: number;
  /** How many bits are left to read. */
  left: number;

  constructor(bytes: Buffer, start: number, end: number) {
    const last = end > start ? (bytes[end - 1] ?? 0) : 0;
    if (last === 0) throw damaged('a stream of bits without an end');
    this.#bytes = bytes;
    this.#start = start;
    this.left = (end - start) * 8 - 1 - (Math.clz32(last) - 24);
  }

  /** The next bits, at most 24, of which the first to come is the highest. */
  peek(count: number): number {
    const low = this.left - count;
    if (low < 0) return this.left <= 0 ? 0 : this.#at(0, this.left) << -low;
    return this.#at(low, count);
  }

  #at(low: number, count: number): number {
    const bytes = this.#bytes;
    const at = this.#start + (low >>> 3);
    // Bytes behind the stream may be read; the mask takes them away.
    const word =
      (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
    return (word >>> (low & 7)) & ((1 << count) - 1);
  }

  read(count: number): number {
    const value = this.peek(count);
    this.left -= count;
    return value;
  }

  /** As {@link read}, for up to 32 bits. */
  readLong(count: number): number {
    if (count <= 24) return this.read(count);
    const high = this.read(count - 16);
    return high * 65536 + this.read(16);
  }
}
