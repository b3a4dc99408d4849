import type { Cancellable } from './operator-context.js';

interface Schedule {
  readonly nextAt: number;
  readonly intervalMs: number;
  readonly punctuate: (timestamp: number) => void;
  readonly cancellation: { isCancelled: boolean };
}

/**
 * What is scheduled by one clock. Missed times are made up for once, and the next one is on the original grid. Those due at
 * one time come as a binary heap gives them: that is Kafka Streams' order, and not always the one of their making.
 */
export class Punctuations {
  /** As java.util.PriorityQueue has it: the earliest first, below the nth the ones at 2n + 1 and 2n + 2. */
  readonly #heap: Schedule[] = [];

  schedule(firstAt: number, intervalMs: number, punctuate: (timestamp: number) => void): Cancellable {
    const cancellation = { isCancelled: false };
    this.#add({ nextAt: firstAt, intervalMs, punctuate, cancellation });
    return {
      cancel: () => {
        cancellation.isCancelled = true;
      },
    };
  }

  isDue(now: number): boolean {
    return this.#nextDue(now) !== undefined;
  }

  /** Runs what is due, with the time that it is now. */
  punctuate(now: number): boolean {
    let punctuated = false;
    for (let due = this.#nextDue(now); due !== undefined; due = this.#nextDue(now)) {
      this.#removeFirst();
      due.punctuate(now);
      punctuated = true;
      if (due.cancellation.isCancelled) continue;
      const missed = Math.floor((now - due.nextAt) / due.intervalMs);
      this.#add({ ...due, nextAt: due.nextAt + (missed + 1) * due.intervalMs });
    }
    return punctuated;
  }

  #nextDue(now: number): Schedule | undefined {
    for (let first = this.#heap[0]; first !== undefined && first.nextAt <= now; first = this.#heap[0]) {
      if (!first.cancellation.isCancelled) return first;
      this.#removeFirst();
    }
    return undefined;
  }

  #add(schedule: Schedule): void {
    let at = this.#heap.length;
    while (at > 0) {
      const above = Math.floor((at - 1) / 2);
      const parent = this.#heap[above];
      if (parent === undefined || schedule.nextAt >= parent.nextAt) break;
      this.#heap[at] = parent;
      at = above;
    }
    this.#heap[at] = schedule;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    let at = 0;
    for (let below = this.#earlierBelow(at); below !== undefined; below = this.#earlierBelow(at)) {
      const child = this.#heap[below];
      if (child === undefined || last.nextAt <= child.nextAt) break;
      this.#heap[at] = child;
      at = below;
    }
    this.#heap[at] = last;
  }

  #earlierBelow(at: number): number | undefined {
    const [left, right] = [this.#heap[2 * at + 1], this.#heap[2 * at + 2]];
    if (left === undefined) return undefined;
    return right !== undefined && right.nextAt < left.nextAt ? 2 * at + 2 : 2 * at + 1;
  }
}
