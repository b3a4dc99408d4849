import { KitError } from '#shared/errors';
import type { Account } from './account.js';
import type { Customer, CustomerEvent, Usage } from './topics.js';

/** Tenths of a cent for a minute: the prices by which the charges in the data are made. */
const PRICES = { day: 170, evening: 85, night: 45, abroad: 270 } as const;

/** Dollars, to the cent. */
export function billOf({ daySeconds, eveningSeconds, nightSeconds, abroadSeconds }: Usage): number {
  const { day, evening, night, abroad } = PRICES;
  const tenthCentMinutes = day * daySeconds + evening * eveningSeconds + night * nightSeconds + abroad * abroadSeconds;
  // Minutes have 60 seconds, cents ten tenths.
  return Math.round(tenthCentMinutes / 600) / 100;
}

/**
 * What the model is asked, as of an event: it finds its inputs by name. What is not an input is for the offer.
 * @throws KitError 'record-unscorable' where the customer is not known: the model needs to know the plans.
 */
export function toFeatures(event: CustomerEvent, account: Account | null, customer: Customer | null) {
  if (account === null || customer === null) {
    const { id, customerId } = event;
    throw new KitError(
      'record-unscorable',
      `The event ${id} is of the customer ${customerId}, whose profile is not there; it must be on churn.customers, under the same key, before the event.`,
    );
  }
  return {
    id: event.id,
    customerId: event.customerId,
    kind: event.kind,
    state: customer.state,
    internationalPlan: customer.internationalPlan,
    voiceMailPlan: customer.voiceMailPlan,
    // A tenth of a minute is six seconds: sums of seconds are exact, and so are these.
    totalDayMinutes: account.daySeconds / 60,
    totalEveMinutes: account.eveningSeconds / 60,
    totalNightMinutes: account.nightSeconds / 60,
    totalIntlMinutes: account.abroadSeconds / 60,
    totalIntlCalls: account.abroadCalls,
    numberCustomerServiceCalls: account.serviceCalls,
    bill: billOf(account),
    lastContactedAt: customer.lastContactedAt,
  };
}

export type Features = ReturnType<typeof toFeatures>;
