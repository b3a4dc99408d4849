import { KitError } from '#shared/errors';
import type { StateStore } from '../state-store.js';
import type {
  DiskStores,
  KeyValueStoreDefinition,
  SessionStoreDefinition,
  WindowStoreDefinition,
} from '../store-definition.js';
import { DiskKeyValueStore } from './disk-key-value-store.js';
import { DiskSessionStore } from './disk-session-store.js';
import { DiskWindowStore } from './disk-window-store.js';
import { Environment } from './environment.js';
import type { StoreKind } from './records.js';
import { StoreContents } from './store-contents.js';

/** Next offsets of changelogs to restore from, by the names of their stores. */
type Checkpoint = ReadonlyMap<string, number>;

/**
 * The stores of a task in its folder. What is put into them is kept in memory until `flush`, so that the folder never holds
 * anything that was not to be kept: a process that ends in between finds its stores as they were, with the checkpoint that they had.
 * Everything throws KitError 'state-store' where the disk is full or cannot be written to, or another process has the folder.
 */
export interface OpenDiskStores extends DiskStores {
  readonly folder: string;
  /** How many keys wait in memory for the next flush. */
  readonly pendingWrites: number;
  /** Whether the process that had the folder before wrote to it and did not close it cleanly. */
  readonly endedUncleanly: boolean;
  /** The next offset of its changelog that an opened store is to be restored from; undefined where it is all of it. */
  checkpoint(store: string): number | undefined;
  /** Notes durably that the folder is being written to, as the first flush does by itself. */
  markInUse(): void;
  /**
   * Writes what waits in memory together with the checkpoint, durably, all or nothing. Stores that are not kept here are
   * passed over; one that the checkpoint does not name keeps the one that it has.
   */
  flush(checkpoint: Checkpoint): void;
  /** Empties all stores, or one that is open: what it holds, what waits in memory, its checkpoint and its numbers. */
  wipe(store?: string): void;
  /** Flushes, notes that the end was clean, and closes. */
  closeClean(checkpoint: Checkpoint): Promise<void>;
  /** Closes without a flush: what waits in memory is lost, and the end counts as unclean if anything was ever flushed. */
  close(): Promise<void>;
}

/** The stores of a task in its folder, which is made and opened when it is first needed. */
export function openDiskStores(folder: string): OpenDiskStores {
  return new TaskDiskStores(folder);
}

class TaskDiskStores implements OpenDiskStores {
  readonly #stores = new Map<string, StoreContents>();
  #environment: Environment | undefined;
  #isClosed = false;

  constructor(readonly folder: string) {}

  get pendingWrites(): number {
    let sum = 0;
    for (const { pending } of this.#stores.values()) sum += pending;
    return sum;
  }

  get endedUncleanly(): boolean {
    return this.#open().endedUncleanly;
  }

  keyValueStore(definition: KeyValueStoreDefinition, logging: boolean): StateStore {
    return new DiskKeyValueStore(this.#contents(definition.name, 'key-value'), definition, { logging });
  }

  windowStore(definition: WindowStoreDefinition, logging: boolean): StateStore {
    const kind = definition.retainDuplicates ? 'window-with-duplicates' : 'window';
    return new DiskWindowStore(this.#contents(definition.name, kind), definition, { ...definition, logging });
  }

  sessionStore(definition: SessionStoreDefinition, logging: boolean): StateStore {
    return new DiskSessionStore(this.#contents(definition.name, 'session'), definition, { ...definition, logging });
  }

  checkpoint(store: string): number | undefined {
    return this.#stores.get(store)?.checkpoint;
  }

  markInUse(): void {
    this.#open().markInUse();
  }

  flush(checkpoint: Checkpoint): void {
    const changed = this.#prepare(checkpoint);
    if (changed.length > 0) this.#write(changed, { inUse: true });
  }

  wipe(store?: string): void {
    const environment = this.#open();
    if (store === undefined) {
      environment.wipe();
      for (const contents of this.#stores.values()) contents.forget();
      return;
    }
    const contents = this.#stores.get(store);
    if (contents === undefined) return;
    environment.write(`Emptying the store "${store}"`, () => contents.erase());
    contents.forget();
  }

  async closeClean(checkpoint: Checkpoint): Promise<void> {
    if (this.#environment !== undefined) this.#write(this.#prepare(checkpoint), { inUse: false });
    await this.close();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const environment = this.#environment;
    this.#environment = undefined;
    await environment?.close();
  }

  #open(): Environment {
    if (this.#isClosed)
      throw new KitError('state-store', `The state folder "${this.folder}" is closed; open it again.`);
    this.#environment ??= Environment.open(this.folder);
    return this.#environment;
  }

  #contents(name: string, kind: StoreKind): StoreContents {
    if (this.#stores.has(name))
      throw new KitError('state-store', `The store "${name}" of "${this.folder}" is open already.`);
    const contents = new StoreContents(name, kind, this.#open());
    this.#stores.set(name, contents);
    return contents;
  }

  #prepare(checkpoint: Checkpoint): StoreContents[] {
    return [...this.#stores].flatMap(([name, contents]) => (contents.prepare(checkpoint.get(name)) ? [contents] : []));
  }

  #write(stores: readonly StoreContents[], options: { readonly inUse: boolean }): void {
    const doing = `Writing the stores ${stores.map(({ name }) => `"${name}"`).join(', ')}`;
    this.#open().write(
      doing,
      () => {
        for (const contents of stores) contents.write();
      },
      options,
    );
    for (const contents of stores) contents.settle();
  }
}
