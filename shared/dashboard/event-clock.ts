const windowSeconds = 30;
/** The last millisecond that a Date can hold: what is later cannot be shown. */
const maxTime = 8.64e15;

/** Stream time, the highest event time seen, and how fast it moves against the clock on the wall. */
export class EventClock {
  #time: number | undefined;
  readonly #marks: { second: number; time: number }[] = [];

  /** Takes in an event time; one that is no date is passed over. */
  advance(second: number, eventTime: number): void {
    if (!(Math.abs(eventTime) <= maxTime) || (this.#time !== undefined && eventTime <= this.#time)) return;
    this.#time = eventTime;
    if (this.#marks.at(-1)?.second === second) return;
    this.#marks.push({ second, time: eventTime });
    if (this.#marks.length > windowSeconds + 1) this.#marks.shift();
  }

  get time(): number | undefined {
    return this.#time;
  }

  /** Seconds of event time a second, over the last 30 seconds; undefined while nothing moves or too little is known. */
  speed(now: number): number | undefined {
    const oldest = this.#marks.find((mark) => mark.second > now - windowSeconds);
    const newest = this.#marks.at(-1);
    if (oldest === undefined || newest === undefined) return undefined;
    const seconds = newest.second - oldest.second;
    if (seconds < 3 || newest.second < now - 5) return undefined;
    return (newest.time - oldest.time) / 1000 / seconds;
  }
}
