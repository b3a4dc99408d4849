import type { Database } from 'lmdb';
import { KitError } from '#shared/errors';
import { bytesOf } from './ordered-bytes.js';
import { storageFailure } from './storage-failure.js';

/** An entry: key and value, the key as a text of its bytes. */
export type ByteEntry = readonly [id: string, value: Buffer];

/** The longest key there is place for, in bytes: the database's limit with pages of 4 KiB is 1,978. */
const MAX_KEY_BYTES = 1_900;

/** One named database, its keys as texts of their bytes. Writes are made in transactions of the environment only. */
export class ByteDatabase {
  readonly #database: Database<Buffer, Buffer>;

  constructor(
    database: Database<Buffer, Buffer>,
    readonly folder: string,
    /** For messages. */
    readonly label: string,
  ) {
    this.#database = database;
  }

  get size(): number {
    const stats = this.#read(() => this.#database.getStats());
    return 'entryCount' in stats && typeof stats.entryCount === 'number' ? stats.entryCount : 0;
  }

  get(id: string): Buffer | undefined {
    if (id.length > MAX_KEY_BYTES) return undefined;
    try {
      return this.#database.get(bytesOf(id));
    } catch (error) {
      throw storageFailure(error, `Reading ${this.label}`, this.folder);
    }
  }

  /** The first entries, in order, from `from` up to, without, `end`. */
  range(from: string, end: string, limit: number): ByteEntry[] {
    const range = {
      start: bytesOf(from.slice(0, MAX_KEY_BYTES)),
      end: bytesOf(end.slice(0, MAX_KEY_BYTES + 1)),
      limit: limit + 1,
    };
    return this.#read(() => {
      const found: ByteEntry[] = [];
      for (const { key, value } of this.#database.getRange(range)) {
        const id = key.toString('latin1');
        // Ends that are too long for the database were cut: one entry too many may come for it.
        if (id >= from && id < end) found.push([id, value]);
      }
      return found.slice(0, limit);
    });
  }

  /** @throws KitError 'record-unprocessable' where the key is too long. */
  checkKey(id: string): void {
    if (id.length <= MAX_KEY_BYTES) return;
    throw new KitError(
      'record-unprocessable',
      `A key takes ${id.length} bytes in ${this.label}; on disk there is place for ${MAX_KEY_BYTES}. Take shorter keys, or keep the store in memory.`,
    );
  }

  put(id: string, value: Buffer): void {
    this.#database.putSync(bytesOf(id), value);
  }

  remove(id: string): void {
    this.#database.removeSync(bytesOf(id));
  }

  clear(): void {
    this.#database.clearSync();
  }

  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw storageFailure(error, `Reading ${this.label}`, this.folder);
    }
  }
}
