import { KitError } from '#shared/errors';

const highestExact = Number.MAX_SAFE_INTEGER;

/** The most elements that the arrays of one request may have together: memory for each is taken, however few bytes it has. */
export const maxRequestElements = 250_000;

/** Reads the protocol's primitives from a buffer; whatever would lie outside it is a `protocol` error. */
export class Reader {
  #at: number;
  #elements = 0;

  constructor(
    readonly buffer: Buffer,
    start = 0,
    readonly end = buffer.length,
    readonly maxElements = Number.POSITIVE_INFINITY,
  ) {
    this.#at = start;
  }

  /** Where the next byte is read. */
  get at(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.end - this.#at;
  }

  /** Called before an array is read, so that damage is found before anything is allocated for it. */
  beginArray(name: string, count: number): void {
    // Every element takes a byte at least.
    if (count > this.remaining) {
      throw new KitError('protocol', `Reading ${name}: ${count} elements can't lie in ${this.remaining} bytes`);
    }
    this.#elements += count;
    if (this.#elements > this.maxElements) {
      throw new KitError(
        'protocol',
        `Reading ${name}: ${this.#elements} elements in all; a request may have ${this.maxElements}`,
      );
    }
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  int8(): number {
    return this.buffer.readInt8(this.#take(1));
  }

  int16(): number {
    return this.buffer.readInt16BE(this.#take(2));
  }

  int32(): number {
    return this.buffer.readInt32BE(this.#take(4));
  }

  int64(): number {
    const at = this.#take(8);
    const value = this.buffer.readInt32BE(at) * 4294967296 + this.buffer.readUInt32BE(at + 4);
    return Math.max(-highestExact, Math.min(highestExact, value));
  }

  uuid(): string {
    const at = this.#take(16);
    return this.buffer.toString('base64url', at, at + 16);
  }

  /** A view of the next bytes, not a copy. */
  bytes(length: number): Buffer {
    const at = this.#take(length);
    return this.buffer.subarray(at, at + length);
  }

  utf8(length: number): string {
    const at = this.#take(length);
    return this.buffer.toString('utf8', at, at + length);
  }

  skip(length: number): void {
    this.#take(length);
  }

  unsignedVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.buffer[this.#take(1)] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (value > 0xffffffff) break;
        return value;
      }
    }
    throw new KitError('protocol', 'Reading a varint: it does not end within 32 bits');
  }

  /** A zigzag varint of up to 32 bits. */
  varint(): number {
    const value = this.unsignedVarint();
    return (value >>> 1) ^ -(value & 1);
  }

  /** A zigzag varint of up to 64 bits, as a number: exact to 2^53. */
  varlong(): number {
    let value = 0;
    let negative = false;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.buffer[this.#take(1)] ?? 0;
      if (shift === 0) {
        negative = (byte & 1) === 1;
        value = (byte & 0x7f) >> 1;
      } else {
        value += (byte & 0x7f) * 2 ** (shift - 1);
      }
      if (byte < 0x80) return negative ? -value - 1 : value;
    }
    throw new KitError('protocol', 'Reading a varlong: it does not end within 64 bits');
  }

  #take(length: number): number {
    const at = this.#at;
    if (length < 0 || length > this.end - at) {
      throw new KitError(
        'protocol',
        `Reading ${length} bytes at byte ${at}: only ${this.end - at} are left, so the frame is cut short or damaged`,
      );
    }
    this.#at = at + length;
    return at;
  }
}
