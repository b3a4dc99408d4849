import type { DemoRecord } from '../demo-definition.js';

/** One of so many main records is held back. */
const EVERY = 10;
/** In event time: longer than anything here waits for what is late. */
const HELD_FOR_MS = 65 * 60_000;
const MOST_HELD = 20_000;

/** Holds records back until event time has gone on. */
export class LateData {
  /** In the order of their time, which is the one in which they came. */
  readonly #held: DemoRecord[] = [];
  #seen = 0;

  get held(): number {
    return this.#held.length;
  }

  /** Whether it keeps a main record for later. */
  holds(record: DemoRecord): boolean {
    this.#seen += 1;
    if (this.#seen % EVERY !== 0 || this.#held.length >= MOST_HELD) return false;
    this.#held.push(record);
    return true;
  }

  /** What is to be sent before a record of this event time: it has been held long enough. */
  due(eventTime: number): DemoRecord[] {
    const later = this.#held.findIndex((record) => record.eventTime + HELD_FOR_MS > eventTime);
    return this.#held.splice(0, later === -1 ? this.#held.length : later);
  }

  /** All that is held. */
  release(): DemoRecord[] {
    return this.#held.splice(0);
  }
}
