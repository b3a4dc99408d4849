import { KitError } from '#shared/errors';

/** The largest frame that is taken, in bytes; Kafka's own `socket.request.max.bytes`. */
export const maxFrameBytes = 100 * 1024 * 1024;

const lengthBytes = 4;
const nothing = Buffer.alloc(0);

/** Cuts a stream of bytes into frames: four bytes of length, then that many bytes. */
export class FrameSplitter {
  /** The unfinished frame with its length, in a buffer that grows with what has come, not with what was announced. */
  #begun: Buffer = nothing;
  #begunBytes = 0;
  #neededBytes = lengthBytes;

  /** True where a frame has begun and not ended. */
  get isWithinFrame(): boolean {
    return this.#begunBytes > 0;
  }

  /** What has come of an unfinished frame, in bytes. */
  get heldBytes(): number {
    return this.#begunBytes;
  }

  /**
   * The frames that the chunk completes, without their lengths; views of the chunk where they lie whole in it.
   * Throws a `protocol` error for a length below 0 or above {@link maxFrameBytes}.
   */
  push(chunk: Buffer): Buffer[] {
    const frames: Buffer[] = [];
    let at = 0;
    while (at < chunk.length) {
      const left = chunk.length - at;
      if (this.#begunBytes === 0 && left >= lengthBytes) {
        this.#neededBytes = lengthBytes + frameLengthAt(chunk, at);
        if (left >= this.#neededBytes) {
          frames.push(chunk.subarray(at + lengthBytes, at + this.#neededBytes));
          at += this.#neededBytes;
          this.#neededBytes = lengthBytes;
          continue;
        }
      }
      at += this.#gather(chunk, at);
      if (this.#begunBytes < this.#neededBytes) continue;
      frames.push(this.#begun.subarray(lengthBytes, this.#neededBytes));
      this.#begun = nothing;
      this.#begunBytes = 0;
      this.#neededBytes = lengthBytes;
    }
    return frames;
  }

  /** Copies what belongs to the unfinished frame, and gives how many bytes that were. */
  #gather(chunk: Buffer, at: number): number {
    const taken = Math.min(chunk.length - at, this.#neededBytes - this.#begunBytes);
    const wantedBytes = this.#begunBytes + taken;
    if (wantedBytes > this.#begun.length) {
      const grown = Buffer.allocUnsafe(Math.max(lengthBytes, Math.min(this.#neededBytes, wantedBytes * 4)));
      this.#begun.copy(grown, 0, 0, this.#begunBytes);
      this.#begun = grown;
    }
    chunk.copy(this.#begun, this.#begunBytes, at, at + taken);
    if (this.#begunBytes < lengthBytes && wantedBytes >= lengthBytes) {
      this.#neededBytes = lengthBytes + frameLengthAt(this.#begun, 0);
    }
    this.#begunBytes = wantedBytes;
    return taken;
  }
}

function frameLengthAt(bytes: Buffer, at: number): number {
  const length = bytes.readInt32BE(at);
  if (length >= 0 && length <= maxFrameBytes) return length;
  throw new KitError(
    'protocol',
    `Reading a frame: its length is said to be ${length} bytes; 0 to ${maxFrameBytes} are allowed, so this is ${strangerAt(bytes, at)}`,
  );
}

/** Who sends such a length: TLS begins with a handshake record of version 3.x. */
const strangerAt = (bytes: Buffer, at: number) =>
  bytes[at] === 0x16 && bytes[at + 1] === 3
    ? 'a client that wants TLS, which is not spoken here (security.protocol=PLAINTEXT is right)'
    : 'not a Kafka client';
