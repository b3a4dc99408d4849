import { EarliestFirst } from './earliest-first.js';
import type { Cancellable } from './operator-context.js';

interface Schedule {
  readonly nextAt: number;
  readonly intervalMs: number;
  readonly punctuate: (timestamp: number) => void;
  readonly cancellation: { isCancelled: boolean };
}

/** What is scheduled by one clock. Missed times are made up for once, and the next one is on the original grid. */
export class Punctuations {
  readonly #schedules = new EarliestFirst<Schedule>(({ nextAt }) => nextAt);

  schedule(firstAt: number, intervalMs: number, punctuate: (timestamp: number) => void): Cancellable {
    const cancellation = { isCancelled: false };
    this.#schedules.add({ nextAt: firstAt, intervalMs, punctuate, cancellation });
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
      this.#schedules.removeFirst();
      due.punctuate(now);
      punctuated = true;
      if (due.cancellation.isCancelled) continue;
      const missed = Math.floor((now - due.nextAt) / due.intervalMs);
      this.#schedules.add({ ...due, nextAt: due.nextAt + (missed + 1) * due.intervalMs });
    }
    return punctuated;
  }

  #nextDue(now: number): Schedule | undefined {
    for (;;) {
      const { first } = this.#schedules;
      if (first === undefined || first.nextAt > now) return undefined;
      if (!first.cancellation.isCancelled) return first;
      this.#schedules.removeFirst();
    }
  }
}
