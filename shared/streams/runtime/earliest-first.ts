/**
 * A queue that gives the earliest first. Of those at one time it gives the one that java.util.PriorityQueue gives, on which
 * Kafka Streams builds: not always the one that was added first.
 */
export class EarliestFirst<T> {
  readonly #timeOf: (item: T) => number;
  /** A binary heap: below the nth lie the ones at 2n + 1 and 2n + 2. */
  readonly #heap: T[] = [];

  constructor(timeOf: (item: T) => number) {
    this.#timeOf = timeOf;
  }

  get first(): T | undefined {
    return this.#heap[0];
  }

  add(item: T): void {
    const time = this.#timeOf(item);
    let at = this.#heap.length;
    while (at > 0) {
      const above = Math.floor((at - 1) / 2);
      const parent = this.#heap[above];
      if (parent === undefined || time >= this.#timeOf(parent)) break;
      this.#heap[at] = parent;
      at = above;
    }
    this.#heap[at] = item;
  }

  removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    const time = this.#timeOf(last);
    let at = 0;
    for (let below = this.#earlierBelow(at); below !== undefined; below = this.#earlierBelow(at)) {
      const child = this.#heap[below];
      if (child === undefined || time <= this.#timeOf(child)) break;
      this.#heap[at] = child;
      at = below;
    }
    this.#heap[at] = last;
  }

  #earlierBelow(at: number): number | undefined {
    const [left, right] = [this.#heap[2 * at + 1], this.#heap[2 * at + 2]];
    if (left === undefined) return undefined;
    return right !== undefined && this.#timeOf(right) < this.#timeOf(left) ? 2 * at + 2 : 2 * at + 1;
  }
}
