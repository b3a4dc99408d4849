import { StoreMetadata } from '../changes.js';
import type { ByteDatabase } from './byte-database.js';
import type { Environment } from './environment.js';
import { OverlayTable, type ValueCodec } from './overlay-table.js';
import {
  readRecord,
  removeRecord,
  type StoreKind,
  type StoreRecord,
  storeKey,
  storeRecord,
  writeRecord,
} from './records.js';

type Table = Pick<OverlayTable<unknown>, 'pending' | 'write' | 'settle'>;

/** Everything of one store that is kept on disk: its tables, and the record of what belongs to it besides. */
export class StoreContents {
  readonly metadata: StoreMetadata;
  /** The newest start of a window or end of a session, which decides what has expired; -1 at first. */
  newestTime: number;
  /** The last number that told duplicates apart. */
  sequence: number;
  /** Lets the store forget what it keeps of its content in memory, after it has been emptied. */
  onEmptied: () => void = () => {};
  readonly #database: ByteDatabase;
  readonly #records: ByteDatabase;
  readonly #kind: StoreKind;
  readonly #tables: Table[] = [];
  #written: StoreRecord | undefined;
  #next: StoreRecord | undefined;

  /** Content of another kind is emptied; the changelog has it all. */
  constructor(
    readonly name: string,
    kind: StoreKind,
    environment: Environment,
  ) {
    this.#kind = kind;
    this.#database = environment.store(name);
    this.#records = environment.records;
    const found = readRecord(this.#records, storeKey(name), storeRecord);
    if (found?.kind === kind) this.#written = found;
    else if (this.#database.size > 0) environment.write(`Emptying the store "${name}"`, () => this.erase());
    this.metadata = new StoreMetadata(Object.entries(this.#written?.metadata ?? {}));
    this.newestTime = this.#written?.newestTime ?? -1;
    this.sequence = this.#written?.sequence ?? 0;
  }

  /** The offset of the changelog that is to be restored next; undefined where all of it is. */
  get checkpoint(): number | undefined {
    return this.#written?.checkpoint;
  }

  get pending(): number {
    return this.#tables.reduce((sum, { pending }) => sum + pending, 0);
  }

  /** How many entries the database has, without what is pending. */
  get stored(): number {
    return this.#database.size;
  }

  /** A table of the store; the prefix is one character. */
  table<T>(prefix: string, codec: ValueCodec<T>): OverlayTable<T> {
    const table = new OverlayTable(this.#database, prefix, codec);
    this.#tables.push(table);
    return table;
  }

  /** Whether a flush with that checkpoint would change anything. */
  prepare(checkpoint: number | undefined): boolean {
    const { newestTime, sequence } = this;
    this.#next = {
      kind: this.#kind,
      // Content that is newer than its checkpoint does no harm: restoring puts the same again.
      checkpoint: checkpoint ?? this.#written?.checkpoint,
      newestTime,
      sequence,
      metadata: Object.fromEntries(this.metadata.entries()),
    };
    return this.pending > 0 || !isSame(this.#next, this.#written);
  }

  /** Hands over what `prepare` has seen; it is pending until `settle`. */
  write(): void {
    for (const table of this.#tables) table.write();
    if (this.#next !== undefined) writeRecord(this.#records, storeKey(this.name), this.#next);
  }

  /** After what was handed over has been committed. */
  settle(): void {
    for (const table of this.#tables) table.settle();
    this.#written = this.#next;
  }

  /** Deletes what is in the database, in a transaction of the environment. */
  erase(): void {
    this.#database.clear();
    removeRecord(this.#records, storeKey(this.name));
  }

  /** Forgets what is in memory, after the database has been emptied. */
  forget(): void {
    for (const table of this.#tables) table.settle();
    this.#written = undefined;
    this.newestTime = -1;
    this.sequence = 0;
    this.metadata.clear();
    this.onEmptied();
  }
}

function isSame(a: StoreRecord, b: StoreRecord | undefined): boolean {
  if (b === undefined) return false;
  const names = Object.keys(a.metadata);
  return (
    a.checkpoint === b.checkpoint &&
    a.newestTime === b.newestTime &&
    a.sequence === b.sequence &&
    names.length === Object.keys(b.metadata).length &&
    names.every((name) => Object.is(a.metadata[name], b.metadata[name]))
  );
}
