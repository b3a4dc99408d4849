import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { KitError } from '#shared/errors';
import { batchHeaderBytes, hasValidCrc, maxFrameBytes, readBatchHeader, readMagic } from '#shared/wire';
import type { LogStore } from './storage.js';
import { writeWhole } from './write-whole.js';

const chunkBytes = 1024 * 1024;
/** A file is written anew when this much of it, and more than half, is no longer wanted. */
const worthTrimmingBytes = 8 * 1024 * 1024;

/** One partition's batches in one file, as they stand in the log; it only grows, until so much is dead that it is written anew. */
export class LogFile implements LogStore {
  #file: number | undefined;
  #lengthBytes = 0;
  #isDeleted = false;
  /** Below this length, writing anew was tried in vain. */
  #trimFromBytes = 0;

  constructor(
    readonly path: string,
    readonly onWarning: (sentence: string) => void,
  ) {}

  *restored(): Iterable<Buffer> {
    if (!existsSync(this.path)) return;
    const file = this.#open();
    const { size } = fstatSync(file);
    for (const batch of wholeBatches(file, size)) {
      this.#lengthBytes += batch.length;
      yield batch;
    }
    if (this.#lengthBytes === size) return;
    // The process ended in the middle of a write; nobody was told that the batch was kept.
    this.onWarning(
      `${this.path}: the last ${size - this.#lengthBytes} of ${size} bytes are no whole record batch and were cut off`,
    );
    ftruncateSync(file, this.#lengthBytes);
  }

  append(batch: Buffer): void {
    writeWhole(this.#open(), batch, this.#lengthBytes);
    this.#lengthBytes += batch.length;
  }

  trim(liveBytes: number, live: () => Iterable<Buffer>): void {
    const deadBytes = this.#lengthBytes - liveBytes;
    const isWorth = deadBytes >= worthTrimmingBytes && deadBytes >= liveBytes;
    if (this.#isDeleted || !isWorth || this.#lengthBytes < this.#trimFromBytes) return;
    try {
      this.#rewrite(live());
      this.#trimFromBytes = 0;
    } catch (reason) {
      // What is no longer wanted only takes room; that is no reason to refuse what is sent now.
      this.#trimFromBytes = this.#lengthBytes + worthTrimmingBytes;
      this.onWarning(`Writing ${this.path} anew without what is deleted: ${KitError.from(reason).message}`);
    }
  }

  #rewrite(live: Iterable<Buffer>): void {
    const next = `${this.path}.next`;
    const file = openSync(next, 'w+');
    let length = 0;
    try {
      for (const bytes of live) {
        writeWhole(file, bytes, length);
        length += bytes.length;
      }
      renameSync(next, this.path);
    } catch (reason) {
      closeSync(file);
      rmSync(next, { force: true });
      throw reason;
    }
    this.close();
    this.#file = file;
    this.#lengthBytes = length;
  }

  delete(): void {
    this.#isDeleted = true;
    this.close();
    rmSync(this.path, { force: true });
    const folder = dirname(this.path);
    if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  /** Opened at the first use only: most partitions of a broker are quiet. */
  #open(): number {
    if (this.#file !== undefined) return this.#file;
    mkdirSync(dirname(this.path), { recursive: true });
    const file = openSync(this.path, existsSync(this.path) ? 'r+' : 'w+');
    this.#file = file;
    return file;
  }
}

/** The batches of a file up to the first that is not whole: cut short, damaged, or out of order. */
function* wholeBatches(file: number, size: number): Generator<Buffer> {
  let chunk: Buffer = Buffer.alloc(0);
  let chunkAt = 0;
  let at = 0;
  let nextOffset = 0;
  const available = (length: number): boolean => {
    if (at + length > size) return false;
    if (at + length <= chunkAt + chunk.length) return true;
    chunk = Buffer.allocUnsafe(Math.min(size - at, Math.max(length, chunkBytes)));
    chunkAt = at;
    for (let done = 0; done < chunk.length; ) {
      const read = readSync(file, chunk, done, chunk.length - done, at + done);
      if (read === 0) return false;
      done += read;
    }
    return true;
  };
  while (available(batchHeaderBytes)) {
    const bytes = chunk.subarray(at - chunkAt);
    const declaredBytes = bytes.readInt32BE(8) + 12;
    if (readMagic(bytes) !== 2 || declaredBytes < batchHeaderBytes || declaredBytes > maxFrameBytes) return;
    const { sizeBytes, baseOffset, lastOffsetDelta } = readBatchHeader(bytes);
    if (baseOffset < nextOffset || !available(sizeBytes)) return;
    const start = at - chunkAt;
    if (!hasValidCrc(chunk, start, sizeBytes)) return;
    yield chunk.subarray(start, start + sizeBytes);
    at += sizeBytes;
    nextOffset = baseOffset + lastOffsetDelta + 1;
  }
}
