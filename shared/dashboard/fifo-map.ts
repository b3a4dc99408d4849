interface Slot<V> {
  readonly key: string;
  value: V | undefined;
}

/** A map of the last `limit` arrivals: the oldest goes when a new one needs its place. Every step costs O(1). */
export class FifoMap<V> {
  readonly #slots = new Map<string, Slot<V>>();
  /** In order of arrival, going round; what was taken out leaves an empty slot behind until its turn comes. */
  readonly #order: (Slot<V> | undefined)[] = [];
  #next = 0;

  constructor(readonly limit: number) {}

  get size(): number {
    return this.#slots.size;
  }

  /** Holds a value; a key that is there already gets the new value and keeps its place. */
  set(key: string, value: V): void {
    const there = this.#slots.get(key);
    if (there !== undefined) {
      there.value = value;
      return;
    }
    const oldest = this.#order[this.#next];
    if (oldest?.value !== undefined) this.#slots.delete(oldest.key);
    const slot: Slot<V> = { key, value };
    this.#order[this.#next] = slot;
    this.#slots.set(key, slot);
    this.#next = (this.#next + 1) % this.limit;
  }

  /** The value that is held; undefined where there is none. */
  get(key: string): V | undefined {
    return this.#slots.get(key)?.value;
  }

  /** Takes a value out; undefined where there is none. */
  take(key: string): V | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    const { value } = slot;
    slot.value = undefined;
    this.#slots.delete(key);
    return value;
  }
}
