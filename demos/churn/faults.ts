import { type ProducerFaultsDefinition, shiftOf } from '#shared/commands';
import { type CustomerEvent, customers, events } from './topics.js';

const DAY_MS = 24 * 3_600_000;
/** The accounts are closed from midnight on: what is then still on its way finds none. */
const NOT_LATE_FROM_MS = 21 * 3_600_000;
/** How much longer a call at night lasts that costs as much. */
const LONGER = { day: 170 / 45, evening: 85 / 45 } as const;

/**
 * The bill stays as it is, and with it what the model says (faults.test.ts). What was used stays in the customers' accounts
 * until the period is closed, so that it takes until the evening, or the next day's profiles, for an index above .25.
 */
export const faults: ProducerFaultsDefinition = {
  drift: {
    input: 'totalNightMinutes',
    words: 'Calls by day and in the evening are booked as calls at night, as many minutes as cost the same.',
    shifts: [
      shiftOf(events, (event): CustomerEvent => {
        const { kind, seconds } = event;
        if (kind !== 'day' && kind !== 'evening') return event;
        return { ...event, kind: 'night', seconds: Math.round(seconds * LONGER[kind]) };
      }),
      shiftOf(customers, (customer) => {
        const { daySeconds, eveningSeconds, nightSeconds } = customer;
        const longer = Math.round(daySeconds * LONGER.day + eveningSeconds * LONGER.evening);
        return { ...customer, daySeconds: 0, eveningSeconds: 0, nightSeconds: nightSeconds + longer };
      }),
    ],
  },
  patience:
    'At its own pace few call at night, and what is wrong with records is seen within a minute then. Drift takes until the evening of its day, or the next day: up to eight minutes. Played faster, each is seen sooner.',
  mayBeLate: (eventTime) => eventTime % DAY_MS < NOT_LATE_FROM_MS,
};
