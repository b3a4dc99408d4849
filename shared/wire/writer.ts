const firstChunkBytes = 512;
/** Bytes of this size and more are passed on as they are; smaller ones are cheaper to copy than to keep apart. */
const passedOnBytes = 1024;

/** Writes the protocol's primitives into a list of buffers that a socket can take as they are. */
export class Writer {
  readonly #done: Buffer[] = [];
  #current: Buffer;
  #start = 0;
  #at = 0;
  #length = 0;

  constructor(sizeHint = firstChunkBytes) {
    this.#current = Buffer.allocUnsafe(sizeHint);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  boolean(value: boolean): void {
    this.int8(value ? 1 : 0);
  }

  int8(value: number): void {
    const at = this.#room(1);
    this.#current.writeInt8(value, at);
  }

  int16(value: number): void {
    const at = this.#room(2);
    this.#current.writeInt16BE(value, at);
  }

  int32(value: number): void {
    const at = this.#room(4);
    this.#current.writeInt32BE(value, at);
  }

  int64(value: number): void {
    const at = this.#room(8);
    this.#current.writeInt32BE(Math.floor(value / 4294967296), at);
    this.#current.writeUInt32BE(value >>> 0, at + 4);
  }

  uuid(value: string): void {
    const at = this.#room(16);
    this.#current.fill(0, at, at + 16);
    this.#current.write(value, at, 16, 'base64url');
  }

  utf8(value: string, length: number): void {
    const at = this.#room(length);
    this.#current.write(value, at, length, 'utf8');
  }

  unsignedVarint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#byte((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.#byte(rest);
  }

  /** Small bytes are copied; large ones are kept by reference and must not change before they are sent. */
  bytes(value: Buffer): void {
    if (value.length < passedOnBytes) {
      const at = this.#room(value.length);
      value.copy(this.#current, at);
      return;
    }
    this.#flush();
    this.#done.push(value);
    this.#length += value.length;
  }

  /** Everything written, in order; the writer is not used again. */
  finish(): Buffer[] {
    this.#flush();
    return this.#done;
  }

  #byte(value: number): void {
    const at = this.#room(1);
    this.#current[at] = value;
  }

  #room(length: number): number {
    if (this.#at + length > this.#current.length) {
      this.#flush();
      this.#current = Buffer.allocUnsafe(Math.max(length, this.#current.length * 2));
      this.#start = 0;
      this.#at = 0;
    }
    const at = this.#at;
    this.#at += length;
    this.#length += length;
    return at;
  }

  #flush(): void {
    if (this.#at > this.#start) this.#done.push(this.#current.subarray(this.#start, this.#at));
    this.#start = this.#at;
  }
}
