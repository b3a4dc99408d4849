import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import type { Database, RootDatabase } from 'lmdb';
import { KitError } from '#shared/errors';
import { ByteDatabase } from './byte-database.js';
import { discardForeignFile } from './database-file.js';
import { lockFolder } from './folder-lock.js';
import {
  ENVIRONMENT_KEY,
  type EnvironmentRecord,
  environmentRecord,
  readRecord,
  storeKey,
  writeRecord,
} from './records.js';
import { storageFailure } from './storage-failure.js';

const require = createRequire(import.meta.url);
/** Loaded when a store is first kept on disk: others start sooner. */
const lmdb = (): typeof import('lmdb') => require('lmdb');

const FORMAT_VERSION = 1;
const BINARY = { keyEncoding: 'binary', encoding: 'binary', compression: false, cache: false } as const;
const RECORDS = 'records';

/** The database of a task's folder: a named database for each store, and one for what is remembered of them. */
export class Environment {
  readonly records: ByteDatabase;
  /** Whether an earlier process wrote and did not close cleanly, as it was when this one opened. */
  readonly endedUncleanly: boolean;
  readonly #root: RootDatabase<Buffer, Buffer>;
  readonly #release: () => void;
  readonly #owner = randomUUID();
  #inUse: boolean;

  private constructor(
    readonly folder: string,
    root: RootDatabase<Buffer, Buffer>,
    release: () => void,
  ) {
    this.#root = root;
    this.#release = release;
    this.records = new ByteDatabase(this.#database(RECORDS), folder, 'its records');
    const found = this.#readOwnRecord();
    this.endedUncleanly = found?.formatVersion === FORMAT_VERSION && found.inUse;
    this.#inUse = this.endedUncleanly;
    this.#transaction('Opening the state stores', () => {
      // What another version of this code wrote is restored from the changelogs.
      if (found?.formatVersion !== FORMAT_VERSION) this.#clear();
      // From here on an earlier process that still has the folder open can write no more.
      this.#writeOwnRecord(this.#inUse);
    });
  }

  /** @throws KitError 'state-store' where the folder cannot be written to, or another process has it. */
  static open(folder: string): Environment {
    const release = lockFolder(folder);
    try {
      discardForeignFile(folder);
      return new Environment(
        folder,
        lmdb().open<Buffer, Buffer>({ path: folder, noSubdir: false, maxDbs: 256, ...BINARY }),
        release,
      );
    } catch (error) {
      release();
      throw storageFailure(error, 'Opening the state stores', folder);
    }
  }

  store(name: string): ByteDatabase {
    return new ByteDatabase(this.#database(storeKey(name)), this.folder, `the store "${name}"`);
  }

  /**
   * Writes everything, durably, or nothing; marks the content as in use before anything else.
   * @throws KitError 'state-store' also where another process has taken the folder meanwhile.
   */
  write(doing: string, work: () => void, { inUse = true }: { readonly inUse?: boolean } = {}): void {
    this.#transaction(doing, () => {
      if (this.#readOwnRecord()?.owner !== this.#owner) {
        throw new KitError(
          'state-store',
          `Another process has taken the state folder "${this.folder}" while this one had it open; nothing more is written from here. Give each instance a stateDir of its own.`,
        );
      }
      if (inUse !== this.#inUse) this.#writeOwnRecord(inUse);
      work();
    });
    this.#inUse = inUse;
  }

  /** Notes durably that the content is being written to. */
  markInUse(): void {
    if (!this.#inUse) this.write('Marking the state stores as in use', () => {});
  }

  /** Empties all stores, also those that no topology asks for any more. */
  wipe(): void {
    this.write(
      'Emptying the state stores',
      () => {
        this.#clear();
        this.#writeOwnRecord(false);
      },
      { inUse: false },
    );
  }

  async close(): Promise<void> {
    try {
      await this.#root.close();
    } finally {
      this.#release();
    }
  }

  #transaction(doing: string, work: () => void): void {
    try {
      this.#root.transactionSync(work);
    } catch (error) {
      throw storageFailure(error, doing, this.folder);
    }
  }

  #database(name: string): Database<Buffer, Buffer> {
    try {
      return this.#root.openDB(name, BINARY);
    } catch (error) {
      throw storageFailure(error, `Opening ${name}`, this.folder);
    }
  }

  #clear(): void {
    // The keys of the root are the names of all databases, whoever made them.
    const names = [...this.#root.getKeys()];
    for (const name of names) this.#database(name.toString()).clearSync();
  }

  #readOwnRecord(): EnvironmentRecord | undefined {
    return readRecord(this.records, ENVIRONMENT_KEY, environmentRecord);
  }

  #writeOwnRecord(inUse: boolean): void {
    writeRecord(this.records, ENVIRONMENT_KEY, { formatVersion: FORMAT_VERSION, owner: this.#owner, inUse });
  }
}
