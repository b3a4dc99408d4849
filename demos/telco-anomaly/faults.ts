import { type ProducerFaultsDefinition, shiftOf } from '#shared/commands';
import { reports } from './topics.js';

/**
 * Three quarters of all windows have no failed handover anyway: it takes seven tenths of drift's window for an index of .25,
 * and the model is as right as it was. Every other KPI that moves makes all cells anomalous (faults.test.ts).
 */
export const faults: ProducerFaultsDefinition = {
  drift: {
    input: 'handoverFailures',
    words: 'The counter of failed handovers stands still: every cell reports none.',
    shifts: [shiftOf(reports, (report) => ({ ...report, handoverFailures: 0 }))],
  },
};
