import { expect, it } from 'vitest';
import { reportOn, specifyDemo, startProgram } from '#shared/testing';
import { demo } from './demo.js';

specifyDemo(demo, {
  run: {
    records: 5_000,
    counts: { produced: 5_000, filtered: 0, scored: 5_000 },
    // By eleven o'clock so many customers have called; what becomes of them is told as of their last event by then.
    quality: { n: 1_623, aucAbove: 0.8 },
  },
  paced: { records: 900, rate: 300 },
  unscorable: {
    schema: { type: 'record', name: 'Sketch', fields: [{ name: 'id', type: 'string' }] },
    value: { id: 'SKETCH-1' },
    says: 'The event SKETCH-1 is of the kind undefined',
  },
});

it('has, after a whole lap, the AUC that the model card gives for the customers that it never saw', async () => {
  const args = ['--records', '20000', '--rate', '0', '--report', '-', '--broker-port', '0', '--headless'];
  await using program = startProgram('demos/churn/demo.js', args);
  expect([await program.exited, program.stderr()]).toEqual([0, expect.stringContaining('20,000 events produced')]);
  expect(reportOn(program)).toMatchObject({
    records: { produced: 20_000, filtered: 0, scored: 20_000, deadLettered: 0, lost: 0, duplicated: 0 },
    // The first lap has 17,408 events; later ones do not count.
    quality: { auc: expect.closeTo(0.9337, 4), n: 1_667 },
  });
}, 60_000);
