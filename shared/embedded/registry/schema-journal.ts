import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { KitError } from '#shared/errors';
import type { Json } from './avro-schema.js';
import { parseStoreChange, type StoreChange } from './store-change.js';

const newline = 0x0a;

/**
 * What happened to a registry, in `registry.jsonl`, a JSON line for each change. What was recorded is with the operating
 * system, so it outlives the process, however that ends. The folder may be an embedded broker's, which has no such file.
 */
export class SchemaJournal {
  readonly path: string;
  readonly #onWarning: (sentence: string) => void;
  #file: number | undefined;
  #lengthBytes = 0;
  /** Whether the file may have more than #lengthBytes: a part of a line that could not be written whole. */
  #torn = false;

  constructor(dataDir: string, onWarning: (sentence: string) => void) {
    this.path = join(resolve(dataDir), 'registry.jsonl');
    this.#onWarning = onWarning;
  }

  /**
   * Gives every change that was recorded to `apply`, then is ready to record more; a last line that was not written
   * whole is cut off. Throws KitError 'usage' where the file cannot be used, or a line of it is no change of a registry.
   */
  open(apply: (change: StoreChange) => void): void {
    try {
      mkdirSync(resolve(this.path, '..'), { recursive: true });
      const lines = this.#wholeLines();
      for (const [i, line] of lines.entries()) this.#apply(line, i + 1, apply);
      this.#file = openSync(this.path, 'a');
    } catch (reason) {
      throw KitError.from(reason, 'usage', `Starting the Schema Registry with its data in ${this.path}`);
    }
  }

  /** Writes a change down; it is in the file when this returns. Throws KitError 'internal' where it cannot be written. */
  record(change: StoreChange): void {
    const line = Buffer.from(`${JSON.stringify(change)}\n`);
    try {
      if (this.#file === undefined) throw new Error('the registry was closed');
      if (this.#torn) ftruncateSync(this.#file, this.#lengthBytes);
      this.#torn = true;
      writeFileSync(this.#file, line);
      this.#lengthBytes += line.length;
      this.#torn = false;
    } catch (reason) {
      throw KitError.from(reason, 'internal', `Writing to ${this.path}`);
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #wholeLines(): string[] {
    const bytes = existsSync(this.path) ? readFileSync(this.path) : Buffer.alloc(0);
    this.#lengthBytes = bytes.lastIndexOf(newline) + 1;
    if (this.#lengthBytes < bytes.length) {
      this.#onWarning(`${this.path}: its last line is not whole and was cut off`);
      truncateSync(this.path, this.#lengthBytes);
    }
    return bytes.toString('utf8', 0, this.#lengthBytes).split('\n').slice(0, -1);
  }

  #apply(line: string, number: number, apply: (change: StoreChange) => void): void {
    try {
      const change = parseStoreChange(JSON.parse(line) as Json);
      if (change === undefined) throw new Error('it is no change of a registry');
      apply(change);
    } catch (cause) {
      const found = cause instanceof Error ? cause.message : String(cause);
      throw new KitError(
        'usage',
        `Reading line ${number} of ${this.path}: ${found}; put the file back as it was, or choose another folder`,
        { cause },
      );
    }
  }
}
