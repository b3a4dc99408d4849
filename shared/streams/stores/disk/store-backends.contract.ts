import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StateStore } from '../state-store.js';
import { openStore, type StoreDefinition } from '../store-definition.js';
import { type OpenDiskStores, openDiskStores } from './disk-stores.js';

/** A way to keep stores, for specifications that hold for all of them. */
export interface StoreBackend {
  readonly title: string;
  /** The store is of the kind that the definition says. */
  open<S extends StateStore>(definition: StoreDefinition): S;
  /** Does what is done between commits: writes to disk, or closes and opens again; gives the store to go on with. */
  settle<S extends StateStore>(store: S): Promise<S>;
  close(): Promise<void>;
}

type Settle = 'nothing' | 'flush' | 'reopen';

/** Everything that a store may go through has to make no difference. */
export const backends: readonly { readonly title: string; readonly open: () => StoreBackend }[] = [
  { title: 'in memory', open: inMemory },
  { title: 'on disk, in the overlay', open: () => new DiskBackend('nothing') },
  { title: 'on disk, flushed', open: () => new DiskBackend('flush') },
  { title: 'on disk, opened again', open: () => new DiskBackend('reopen') },
];

function inMemory(): StoreBackend {
  return {
    title: 'in memory',
    open: <S extends StateStore>(definition: StoreDefinition) => openStore(definition, { logging: true }) as S,
    settle: (store) => Promise.resolve(store),
    close: () => Promise.resolve(),
  };
}

class DiskBackend implements StoreBackend {
  readonly title = 'on disk';
  readonly #folder = mkdtempSync(join(tmpdir(), 'disk-stores-'));
  readonly #settle: Settle;
  #disk: OpenDiskStores;
  #definition: StoreDefinition | undefined;

  constructor(settle: Settle) {
    this.#settle = settle;
    this.#disk = openDiskStores(this.#folder);
  }

  open<S extends StateStore>(definition: StoreDefinition): S {
    this.#definition = definition;
    // The definition's kind says which store it is; so does the caller.
    return openStore({ ...definition, persistent: true }, { logging: true, disk: this.#disk }) as S;
  }

  async settle<S extends StateStore>(store: S): Promise<S> {
    if (this.#settle === 'nothing') return store;
    this.#disk.flush(new Map());
    if (this.#settle === 'flush' || this.#definition === undefined) return store;
    await this.#disk.closeClean(new Map());
    this.#disk = openDiskStores(this.#folder);
    return this.open(this.#definition);
  }

  async close(): Promise<void> {
    await this.#disk.close();
    rmSync(this.#folder, { recursive: true });
  }
}
