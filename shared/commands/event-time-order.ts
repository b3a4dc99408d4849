import type { DemoRecord } from './demo-definition.js';

/** So many that are taken are forgotten together. */
const AT_ONCE = 1_024;

/** Gives records back in the order of their event times, those of one time as they were added. */
export class EventTimeOrder {
  // In order, those taken first. Some hundred wait at a time, and what is added comes late among them: so finding its place
  // by halves and inserting it there is cheap.
  #waiting: DemoRecord[] = [];
  #taken = 0;

  add(record: DemoRecord): void {
    let [from, to] = [this.#taken, this.#waiting.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#waiting[middle]?.eventTime ?? 0) <= record.eventTime) from = middle + 1;
      else to = middle;
    }
    this.#waiting.splice(from, 0, record);
  }

  /** Takes out whatever is not later than this time. */
  *until(eventTime: number): Generator<DemoRecord> {
    for (let next = this.#next; next !== undefined && next.eventTime <= eventTime; next = this.#next) {
      this.#taken += 1;
      this.#forgetTaken();
      yield next;
    }
  }

  get #next(): DemoRecord | undefined {
    return this.#waiting[this.#taken];
  }

  #forgetTaken(): void {
    if (this.#taken < AT_ONCE) return;
    this.#waiting = this.#waiting.slice(this.#taken);
    this.#taken = 0;
  }
}
