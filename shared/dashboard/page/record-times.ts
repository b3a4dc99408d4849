/** Writes times of records, and reads them, in a demo's zone: `2013-10-01 06:35:10`. */
export class RecordTimes {
  readonly #format: Intl.DateTimeFormat;
  readonly #offset: (ms: number) => number;

  /** `offset` says how many milliseconds the zone is ahead of UTC at a time. */
  constructor(
    readonly timeZone: string,
    offset: (ms: number) => number,
  ) {
    // Sweden writes times as they sort.
    this.#format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
    this.#offset = offset;
  }

  text(ms: number): string {
    if (ms < 0) return 'no time';
    // A record may say that it is of a year that no calendar has.
    return Math.abs(ms) > 8.64e15 ? String(ms) : this.#format.format(ms);
  }

  /** As an <input type="datetime-local"> has it. */
  field(ms: number): string {
    return this.text(ms).replace(' ', 'T');
  }

  /** Reads what such a field holds; undefined where it is empty. */
  parse(field: string): number | undefined {
    const local = Date.parse(`${field}Z`);
    if (Number.isNaN(local)) return undefined;
    return local - this.#offset(local - this.#offset(local));
  }
}
