import { type ProducerFaultsDefinition, shiftOf } from '#shared/commands';
import { passengers } from './topics.js';

/** Three tenths of drift's window are enough for an index of .25, and the AUC falls from .862 to .860 (faults.test.ts). */
export const faults: ProducerFaultsDefinition = {
  drift: {
    input: 'age',
    words: 'The age comes in tens of years: 3.5 for who is 35.',
    shifts: [
      shiftOf(passengers, (passenger) => ({ ...passenger, age: passenger.age === null ? null : passenger.age / 10 })),
    ],
  },
  patience:
    'At its own pace few go aboard at a time, and nobody at sea: what is wrong with records or with the model is seen after one to three minutes; played faster, within seconds.',
};
