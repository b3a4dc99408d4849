import { type DemoRecord, demoRecord, type LapOptions, type Random, type Row, seededRandom } from '#shared/commands';
import { billOf } from './features.js';
import { ANNOUNCED_AT, divide, midnightIn } from './last-day.js';
import { idOf, rows, totalsOf } from './rows.js';
import { announcements, type Customer, type CustomerEvent, customers, events, outcomes, type Usage } from './topics.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Nobody is up before. */
const DAY_BEGINS = 6 * HOUR_MS;
/** After midnight the accounts are closed one after the other. */
const NIGHT_MS = 3 * HOUR_MS;

/** From such a bill on the company calls its customers about once a month, as those with an international plan. */
const CALLED_FROM_DOLLARS = 70;

interface LastDay {
  readonly row: Row;
  readonly profile: Customer;
  readonly calls: readonly CustomerEvent[];
  /** When the period is closed and the customer known to have left or stayed. */
  readonly closedAt: number;
}

/**
 * The last day of a billing period, in event-time order: the profile of each customer, with what was used before; the
 * calls of the day, the new prices announced among them; and in the night after, who has left, and that the profile is gone.
 */
export function* produce({ lap, limit, seed }: LapOptions): Generator<DemoRecord> {
  const random = seededRandom(seed * 65_537 + lap);
  const midnight = midnightIn(lap);
  const everybody = Array.from(rows(), (row) => lastDayOf(row, lap, midnight, random));
  for (const { profile } of everybody) {
    yield demoRecord(customers, profile.customerId, profile, midnight + DAY_BEGINS - 1);
  }

  const calls = everybody.flatMap((one) => one.calls).toSorted((one, other) => one.eventTime - other.eventTime);
  const lastCalls = new Map<string, CustomerEvent>();
  let announced = false;
  for (const call of calls.slice(0, limit)) {
    if (!announced && call.eventTime >= midnight + ANNOUNCED_AT) {
      announced = true;
      yield newPrices(lap, midnight + ANNOUNCED_AT);
    }
    lastCalls.set(call.customerId, call);
    yield demoRecord(events, call.customerId, call, call.eventTime);
  }

  for (const { row, profile, closedAt } of everybody.toSorted((one, other) => one.closedAt - other.closedAt)) {
    const { customerId } = profile;
    const last = lastCalls.get(customerId);
    if (last !== undefined) {
      const outcome = { id: last.id, customerId, closedAt, left: row('churn') === 'yes' };
      yield demoRecord(outcomes, customerId, outcome, closedAt);
    }
    yield demoRecord(customers, customerId, null, closedAt);
  }
}

function lastDayOf(row: Row, lap: number, midnight: number, random: Random): LastDay {
  const customerId = idOf(row, lap);
  const totals = totalsOf(row);
  const { carriedOver, calls } = divide(totals, random);
  const profile: Customer = {
    customerId,
    state: row('state'),
    internationalPlan: yesOrNo(row('internationalPlan')),
    voiceMailPlan: yesOrNo(row('voiceMailPlan')),
    lastContactedAt: lastContact(row, totals, midnight, random),
    ...carriedOver,
  };
  return {
    row,
    profile,
    calls: calls.map(({ at, ...call }, index) => {
      const number = String(index + 1).padStart(2, '0');
      return { id: `${customerId}-${number}`, customerId, eventTime: midnight + at, ...call };
    }),
    closedAt: midnight + DAY_MS + Math.floor(random() * NIGHT_MS),
  };
}

/** Whom the company cares for was called within some five weeks, others within a year or never. */
function lastContact(row: Row, totals: Usage, midnight: number, random: Random): number | null {
  const caredFor = row('internationalPlan') === 'yes' || billOf(totals) >= CALLED_FROM_DOLLARS;
  const [within, daysAgo] = [caredFor ? 35 : 365, random()];
  if (!caredFor && random() < 0.3) return null;
  return midnight - Math.floor(daysAgo * within * DAY_MS);
}

function newPrices(lap: number, announcedAt: number): DemoRecord {
  const id = `prices-${lap}`;
  const text = 'From tomorrow on a minute by day costs 19 cents instead of 17.';
  return demoRecord(announcements, id, { id, announcedAt, text }, announcedAt);
}

function yesOrNo(text: string): 'yes' | 'no' {
  return text === 'yes' ? 'yes' : 'no';
}
