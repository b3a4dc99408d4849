import { KitError } from '#shared/errors';

/** The largest frame that is taken, in bytes; Kafka's own `socket.request.max.bytes`. */
export const maxFrameBytes = 100 * 1024 * 1024;

/** Cuts a stream of bytes into frames: four bytes of length, then that many bytes. */
export class FrameSplitter {
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #neededBytes = 4;

  /** True where a frame has begun and not ended. */
  get isWithinFrame(): boolean {
    return this.#pendingBytes > 0;
  }

  /**
   * The frames that the chunk completes, without their lengths; views of the chunk where they lie whole in it.
   * Throws a `protocol` error for a length below 0 or above {@link maxFrameBytes}.
   */
  push(chunk: Buffer): Buffer[] {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes < this.#neededBytes) return [];

    const [only] = this.#pending;
    const bytes = this.#pending.length === 1 && only !== undefined ? only : Buffer.concat(this.#pending);
    const frames: Buffer[] = [];
    let at = 0;
    this.#neededBytes = 4;
    while (bytes.length - at >= 4) {
      const length = bytes.readInt32BE(at);
      if (length < 0 || length > maxFrameBytes) {
        throw new KitError(
          'protocol',
          `Reading a frame: its length is said to be ${length} bytes; 0 to ${maxFrameBytes} are allowed, so this is not a Kafka client`,
        );
      }
      if (bytes.length - at - 4 < length) {
        this.#neededBytes = length + 4;
        break;
      }
      frames.push(bytes.subarray(at + 4, at + 4 + length));
      at += 4 + length;
    }
    this.#pendingBytes = bytes.length - at;
    this.#pending = this.#pendingBytes === 0 ? [] : [bytes.subarray(at)];
    return frames;
  }
}
