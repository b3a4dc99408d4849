import { damaged } from './damaged.js';

const firstBytes = 32 * 1024;
// Below this many bytes a loop is faster than a call into the runtime.
const worthACall = 24;

/**
 * What a decompressor has written so far, which is also the window that it copies from. The buffer grows with what is
 * written, not with what was announced, and never beyond the limit.
 */
export class Output {
  #bytes: Buffer;
  #length = 0;

  constructor(readonly limitBytes: number) {
    this.#bytes = Buffer.allocUnsafe(Math.min(firstBytes, limitBytes));
  }

  get length(): number {
    return this.#length;
  }

  /** All that was written; a view. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Writes `from[start..end)`, which the caller knows to be there. */
  append(from: Buffer, start: number, end: number): void {
    const count = end - start;
    this.#makeRoom(count);
    const to = this.#bytes;
    let at = this.#length;
    if (count > worthACall) from.copy(to, at, start, end);
    else for (let i = start; i < end; i += 1) to[at++] = from[i] ?? 0;
    this.#length += count;
  }

  /** Writes one byte many times. */
  fill(byte: number, count: number): void {
    this.#makeRoom(count);
    this.#bytes.fill(byte, this.#length, this.#length + count);
    this.#length += count;
  }

  /** Writes again what was written `distance` bytes ago; it may reach into what it writes, but not before `earliest`. */
  repeat(distance: number, count: number, earliest = 0): void {
    const from = this.#length - distance;
    if (distance <= 0 || from < earliest) {
      throw damaged(`a copy from ${distance} bytes back, where ${this.#length - earliest} bytes are`);
    }
    this.#makeRoom(count);
    const bytes = this.#bytes;
    const start = this.#length;
    if (count > worthACall && distance >= count) bytes.copyWithin(start, from, from + count);
    else for (let i = 0; i < count; i += 1) bytes[start + i] = bytes[from + i] ?? 0;
    this.#length += count;
  }

  #makeRoom(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    if (needed > this.limitBytes) throw damaged(`more than the ${this.limitBytes} bytes that may come out`);
    const larger = Buffer.allocUnsafe(Math.min(this.limitBytes, Math.max(needed, this.#bytes.length * 2)));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
