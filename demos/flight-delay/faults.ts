import { type ProducerFaultsDefinition, shiftOf } from '#shared/commands';
import { flights } from './topics.js';

/** A fifth of the window is enough for an index of .26, and the AUC of 15,000 flights falls from .759 to .756 (faults.test.ts). */
export const faults: ProducerFaultsDefinition = {
  drift: {
    input: 'planeSeats',
    words: 'The number of seats comes as 0, as from a register of aircraft that was emptied.',
    shifts: [shiftOf(flights, (flight) => ({ ...flight, planeSeats: 0 }))],
  },
};
