import type { Cancellable } from './operator-context.js';

interface Schedule {
  nextAt: number;
  readonly intervalMs: number;
  readonly punctuate: (timestamp: number) => void;
  /** Tells schedules of one time apart, in the order of their making. */
  readonly order: number;
  cancelled: boolean;
}

/** What is scheduled by one clock. Missed times are made up for once, and the next one is on the original grid. */
export class Punctuations {
  #schedules: Schedule[] = [];
  #made = 0;

  schedule(firstAt: number, intervalMs: number, punctuate: (timestamp: number) => void): Cancellable {
    const schedule: Schedule = { nextAt: firstAt, intervalMs, punctuate, order: this.#made++, cancelled: false };
    this.#schedules.push(schedule);
    return {
      cancel: () => {
        schedule.cancelled = true;
        this.#schedules = this.#schedules.filter((other) => other !== schedule);
      },
    };
  }

  isDue(now: number): boolean {
    for (const { nextAt } of this.#schedules) if (nextAt <= now) return true;
    return false;
  }

  /** Runs what is due, with the time that it is now. */
  punctuate(now: number): boolean {
    let punctuated = false;
    for (let due = this.#nextDue(now); due !== undefined; due = this.#nextDue(now)) {
      const missed = Math.floor((now - due.nextAt) / due.intervalMs);
      due.nextAt += (missed + 1) * due.intervalMs;
      due.punctuate(now);
      punctuated = true;
    }
    return punctuated;
  }

  #nextDue(now: number): Schedule | undefined {
    let next: Schedule | undefined;
    for (const schedule of this.#schedules) {
      if (schedule.nextAt > now) continue;
      if (
        next === undefined ||
        schedule.nextAt < next.nextAt ||
        (schedule.nextAt === next.nextAt && schedule.order < next.order)
      ) {
        next = schedule;
      }
    }
    return next;
  }
}
