import type { DemoRecord } from './demo-definition.js';

/** Gives records back in the order of their event times, those of one time as they were added. */
export class EventTimeOrder {
  // The next one last. Some hundred wait at a time, so finding a place by halves and inserting there is cheap.
  readonly #waiting: DemoRecord[] = [];

  add(record: DemoRecord): void {
    let [from, to] = [0, this.#waiting.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#waiting[middle]?.eventTime ?? 0) > record.eventTime) from = middle + 1;
      else to = middle;
    }
    this.#waiting.splice(from, 0, record);
  }

  /** Takes out whatever is not later than this time. */
  *until(eventTime: number): Generator<DemoRecord> {
    for (let next = this.#waiting.at(-1); next && next.eventTime <= eventTime; next = this.#waiting.at(-1)) {
      this.#waiting.pop();
      yield next;
    }
  }
}
