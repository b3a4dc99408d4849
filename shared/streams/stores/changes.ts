import type { ChangelogWriter } from './state-store.js';

/**
 * Marks, in a changelog, the numbers that operators keep with their store. Text never has these bytes, and a serialized
 * key that began with all of them would have to be made to.
 */
const MARK = Buffer.from([0xff, 0xfe, 0x6d, 0x65, 0x74, 0x61, 0xfe, 0xff]);

/** Operators' numbers beside a store's contents. */
export class StoreMetadata {
  readonly #numbers: Map<string, number>;
  readonly #changed = new Set<string>();

  /** Begins with what was kept elsewhere. */
  constructor(kept: Iterable<readonly [name: string, value: number]> = []) {
    this.#numbers = new Map(kept);
  }

  get(name: string): number | undefined {
    return this.#numbers.get(name);
  }

  set(name: string, value: number): void {
    if (this.#numbers.get(name) === value) return;
    this.#numbers.set(name, value);
    this.#changed.add(name);
  }

  entries(): Iterable<readonly [name: string, value: number]> {
    return this.#numbers;
  }

  clear(): void {
    this.#numbers.clear();
    this.#changed.clear();
  }

  drain(write: ChangelogWriter): void {
    for (const name of this.#changed) {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(this.#numbers.get(name) ?? 0);
      write(Buffer.concat([MARK, Buffer.from(name)]), bytes, Math.max(0, this.#numbers.get(name) ?? 0));
    }
    this.#changed.clear();
  }

  /** Takes a record of the changelog if it is one of these; false if it belongs to the contents. */
  restore(key: Buffer, value: Buffer | null): boolean {
    if (key.length < MARK.length || !key.subarray(0, MARK.length).equals(MARK)) return false;
    const name = key.toString('utf8', MARK.length);
    if (value?.length === 8) this.#numbers.set(name, value.readDoubleBE(0));
    return true;
  }
}

/** The keys that have changed since they were last drained; none are kept where a store is not logged. */
export class ChangedKeys<T, I = string> {
  readonly #changed: Map<I, T> | undefined;

  constructor(logging: boolean) {
    this.#changed = logging ? new Map() : undefined;
  }

  add(id: I, what: T): void {
    this.#changed?.set(id, what);
  }

  /** Whether there was such a change. */
  forget(id: I): boolean {
    return this.#changed?.delete(id) ?? false;
  }

  clear(): void {
    this.#changed?.clear();
  }

  *drain(): Generator<[id: I, what: T]> {
    if (this.#changed === undefined) return;
    yield* this.#changed;
    this.#changed.clear();
  }
}
