/** The last `limit` items, newest first when listed. */
export class Recent<T> {
  readonly #items: T[] = [];
  #next = 0;

  constructor(readonly limit: number) {}

  /** Adds an item and gives back the one that it pushes out. */
  push(item: T): T | undefined {
    const pushedOut = this.#items[this.#next];
    this.#items[this.#next] = item;
    this.#next = (this.#next + 1) % this.limit;
    return pushedOut;
  }

  newestFirst(): T[] {
    return [...this.#items.slice(this.#next), ...this.#items.slice(0, this.#next)].reverse();
  }
}
