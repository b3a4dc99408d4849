/** What stands where there is no figure. */
export const none = '–';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const oneDecimal = new Intl.NumberFormat('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** 12345 → '12,345'. */
export const count = (value: number): string => whole.format(value);

/** '1 record', '2 records'. */
export const counted = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

/** A rate a second: one decimal below 10. */
export function rate(value: number | null): string {
  if (value === null) return none;
  return value > 0 && value < 10 ? oneDecimal.format(value) : whole.format(value);
}

/** Milliseconds without their unit: one decimal below 10. */
export function milliseconds(value: number | null | undefined): string {
  if (value === null || value === undefined) return none;
  return value < 10 ? oneDecimal.format(value) : whole.format(value);
}

export const decimals = (value: number | null | undefined, digits: number): string =>
  value === null || value === undefined ? none : value.toFixed(digits);

/** How fast event time runs: '· 720 × real time'; nothing near real time, where it would only distract. */
export function speed(value: number): string {
  return value < 1.5 ? '' : `· ${count(value)} × real time`;
}

/** Formats event times in the demo's zone. */
export class EventTimes {
  readonly #clock: Intl.DateTimeFormat;
  readonly #zone: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;
  readonly #hour: Intl.DateTimeFormat;
  readonly #parts: Intl.DateTimeFormat;

  constructor(readonly timeZone: string) {
    const hourAndMinute = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    const date = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;
    this.#clock = new Intl.DateTimeFormat('en-GB', { timeZone, ...date, ...hourAndMinute });
    this.#zone = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'short' });
    this.#day = new Intl.DateTimeFormat('en-GB', { timeZone, day: 'numeric', month: 'short' });
    this.#hour = new Intl.DateTimeFormat('en-GB', { timeZone, ...hourAndMinute });
    this.#parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  }

  /** 'Tue 14 Jan 2013 06:35' */
  clock(ms: number): string {
    return this.#clock.format(ms).replaceAll(',', '');
  }

  /** 'EST' */
  zone(ms: number): string {
    return this.#zone.formatToParts(ms).find((part) => part.type === 'timeZoneName')?.value ?? '';
  }

  /** '14 Jan' */
  day(ms: number): string {
    return this.#day.format(ms);
  }

  /** '06:35' */
  hour(ms: number): string {
    return this.#hour.format(ms);
  }

  /** How many milliseconds the zone is ahead of UTC at that time. */
  offset(ms: number): number {
    const name = this.#parts.formatToParts(ms).find((part) => part.type === 'timeZoneName')?.value ?? '';
    const match = /([+-])(\d{2}):(\d{2})/.exec(name);
    if (match === null) return 0;
    const minutes = Number(match[2]) * 60 + Number(match[3]);
    return (match[1] === '-' ? -minutes : minutes) * 60_000;
  }
}
