import type { Random } from '#shared/commands';
import type { Totals } from './rows.js';
import type { CustomerEvent, Usage } from './topics.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const DAYS_IN_PERIOD = 30;
/** The data have no dates; their prices are of the nineties. */
const LAST_DAY = Date.parse('1998-06-30T00:00:00Z');

/** When the last day of a period begins; that of another lap's customers ends a day later. */
export const midnightIn = (lap: number): number => LAST_DAY + (lap - 1) * 24 * HOUR_MS;

/** When the company announces its new prices: milliseconds since midnight, as all times here. */
export const ANNOUNCED_AT = 9 * HOUR_MS;
/** Who calls the service so often has a quarrel with the company. */
const MANY_SERVICE_CALLS = 4;

/** When calls of a kind are made, which is why they are billed as that: from hour to hour. */
const HOURS = {
  day: [[8, 17]],
  evening: [[17, 22]],
  night: [
    [6, 8],
    [22, 24],
  ],
  abroad: [[8, 22]],
  service: [[8, 20]],
} as const;

interface Call extends Pick<CustomerEvent, 'kind' | 'seconds'> {
  /** Milliseconds since midnight. */
  readonly at: number;
}

/** A period in two parts: together they are exactly its totals. */
export interface DividedPeriod {
  readonly carriedOver: Usage;
  /** The calls of the last day, in their order, no two at one time. */
  readonly calls: readonly Call[];
}

/** The data say what was used in a period, but not when. So it is drawn what of it was used on the last day. */
export function divide(totals: Totals, random: Random): DividedPeriod {
  const left = { ...totals };
  const calls: Call[] = [];
  for (const kind of ['day', 'evening', 'night', 'abroad'] as const) {
    const inAll = totals[`${kind}Calls`];
    for (let today = Math.floor(inAll / DAYS_IN_PERIOD + random()); today > 0; today -= 1) {
      const mean = totals[`${kind}Seconds`] / inAll;
      // What is nobody else's is the last call's.
      const seconds = left[`${kind}Calls`] === 1 ? left[`${kind}Seconds`] : Math.round(mean * (0.5 + random()));
      left[`${kind}Calls`] -= 1;
      left[`${kind}Seconds`] -= seconds;
      calls.push({ kind, seconds, at: momentOf(kind, random) });
    }
  }
  for (const at of serviceCalls(totals.serviceCalls, random)) {
    left.serviceCalls -= 1;
    calls.push({ kind: 'service', seconds: 0, at });
  }
  const { dayCalls: _day, eveningCalls: _evening, nightCalls: _night, ...carriedOver } = left;
  return { carriedOver, calls: apart(calls) };
}

/** Those of the last day: any of a few; all but the first of many, which the announcement has brought about. */
function serviceCalls(inAll: number, random: Random): number[] {
  if (inAll < MANY_SERVICE_CALLS) {
    return Array.from({ length: inAll }, () => random())
      .filter((day) => day * DAYS_IN_PERIOD < 1)
      .map(() => momentOf('service', random));
  }
  let at = ANNOUNCED_AT + between(5, 120, random) * MINUTE_MS;
  return Array.from({ length: inAll - 1 }, () => {
    const now = at;
    at += between(10, 40, random) * MINUTE_MS;
    return Math.floor(now);
  });
}

function momentOf(kind: CustomerEvent['kind'], random: Random): number {
  const spans = HOURS[kind];
  const [from, to] = spans[Math.floor(random() * spans.length)] ?? spans[0];
  return Math.floor(between(from, to, random) * HOUR_MS);
}

function between(from: number, to: number, random: Random): number {
  return from + (to - from) * random();
}

/** In their order, the later of two at one time a moment later: totals as of a call are then those of one moment. */
function apart(calls: readonly Call[]): Call[] {
  let last = -1;
  return calls
    .toSorted((one, other) => one.at - other.at)
    .map((call) => {
      last = Math.max(call.at, last + 1);
      return { ...call, at: last };
    });
}
