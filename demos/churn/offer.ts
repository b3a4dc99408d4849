import {
  type Key,
  type KeyValueStore,
  keyValueStore,
  type Processor,
  type ProcessorContext,
  type Scored,
} from '#shared/streams';
import type { Features } from './features.js';
import { inWords, reasonsToLeave, tellTheBill } from './reasons.js';
import type { Offer } from './topics.js';

/** A customer is worth an offer from this bill on, in dollars a month. */
export const HIGH_VALUE_DOLLARS = 50;
/** Nobody is bothered twice within so many days. */
export const QUIET_DAYS = 30;

const DAY_MS = 24 * 3_600_000;

/** The contextual rule: the customer will leave, is worth keeping, and was not contacted in the last 30 days. */
export function isWorthAnOffer(_customerId: unknown, { decision, eventTime, input }: Scored<Features>): boolean {
  const { bill, lastContactedAt } = input;
  const quietSince = lastContactedAt ?? Number.NEGATIVE_INFINITY;
  return decision === 'leaves' && bill >= HIGH_VALUE_DOLLARS && eventTime - quietSince >= QUIET_DAYS * DAY_MS;
}

/** Name of the store: when each customer had an offer. */
export const OFFERED = 'offered';
export const offered = keyValueStore<Key, number>({ name: OFFERED });

/** Lets the first offer of a customer pass, and no other. */
export const onceACustomer = (): Processor<Key, Scored<Features>, Key, Scored<Features>> => {
  let context: ProcessorContext<Key, Scored<Features>>;
  let made: KeyValueStore<Key, number>;
  return {
    init(given) {
      context = given;
      made = given.getStateStore(OFFERED);
    },
    process(record) {
      if (made.get(record.key) !== null) return;
      made.put(record.key, record.timestamp);
      context.forward(record);
    },
  };
};

/** What is offered fits what speaks for leaving beside the bill, which everybody has. */
const OFFERS: Readonly<Record<string, string>> = {
  numberCustomerServiceCalls: 'a call from a person who can settle it',
  totalIntlCalls: 'six free months of the international plan',
  totalIntlMinutes: 'a flat rate for calls abroad',
  internationalPlan: 'a flat rate for calls abroad',
  voiceMailPlan: 'free voice mail and a flat rate by day',
};

export function toOffer({ eventTime, score, reasons = [], input }: Scored<Features>): Offer {
  const { id, customerId, bill } = input;
  const toLeave = reasonsToLeave(tellTheBill(reasons));
  const offer = toLeave.map(({ name }) => OFFERS[name]).find((text) => text !== undefined) ?? 'a flat rate by day';
  return {
    id,
    customerId,
    offeredAt: eventTime,
    score,
    monthlyValue: bill,
    reasons: toLeave.slice(0, 3).map(({ name }) => inWords(name, input)),
    offer,
  };
}
