import { expect, it } from 'vitest';
import { reportOn, specifyDemo, startProgram } from '#shared/testing';
import { demo } from './demo.js';

specifyDemo(demo, {
  run: {
    records: 20_000,
    // 36 cells for 555 minutes, and 20 of them for one more: 111 windows each, and 20 that are not complete.
    counts: { produced: 4_016, filtered: 20, scored: 3_996 },
    quality: { n: 3_996, aucAbove: 0.8 },
  },
  paced: { records: 1_440, rate: 480 },
  unscorable: {
    schema: {
      type: 'record',
      name: 'Sketch',
      fields: [
        { name: 'cellId', type: 'string' },
        { name: 'minute', type: { type: 'long', logicalType: 'timestamp-millis' } },
      ],
    },
    value: { cellId: 'cell-099', minute: Date.parse('2026-03-05T00:00:00Z') },
    says: 'of which telco-anomaly.cells says nothing',
  },
});

it('reaches on the whole four days what the card of its model says, and goes on with a lap a week later', async () => {
  const options = ['--rate', '0', '--report', '-', '--headless', '--broker-port', '0'];
  await using program = startProgram('demos/telco-anomaly/demo.js', ['--records', '208000', ...options]);
  expect(await program.exited).toBe(0);
  // A lap has 207,360 reports of 41,472 windows; of the next one 640 reports begin 144 windows, the last 36 of them in vain.
  expect(reportOn(program)).toMatchObject({
    records: { produced: 41_616, filtered: 36, scored: 41_580, deadLettered: 0, lost: 0, duplicated: 0 },
    quality: { auc: 0.8847, n: 41_472 },
  });
}, 120_000);
