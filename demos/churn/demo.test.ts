import { expect, it } from 'vitest';
import { connectCluster } from '#shared/kafka';
import {
  CommittedRecords,
  reportOn,
  specifyDemo,
  startBrokerProgram,
  startProgram,
  undisturbed,
} from '#shared/testing';
import { demo } from './demo.js';
import { offers } from './topics.js';

specifyDemo(demo, {
  run: {
    records: 5_000,
    counts: { produced: 5_000, filtered: 0, scored: 5_000 },
    // By eleven o'clock so many customers have called. They are judged as of then, amid the wave: many will call again.
    quality: { n: 1_623, aucAbove: 0.79 },
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

it('makes its offers once to a customer, those of another run on the same topics among them', async () => {
  const records = 6_500;
  const expected = (await undisturbed(demo, offers, records)).map(({ value }) => value.id).toSorted();
  await using pair = await startBrokerProgram();
  const args = ['--brokers', pair.brokers, '--registry', pair.registry, '--headless', '--rate', '0'];
  for (const _run of [1, 2]) {
    await using program = startProgram('demos/churn/demo.js', [...args, '--records', String(records)]);
    expect(await program.exited).toBe(0);
  }
  const cluster = await connectCluster({ brokers: [pair.brokers], clientId: 'test' });
  const made = await CommittedRecords.open(cluster, pair.registry, offers);
  await made.toEnd();
  await cluster.close();
  const ofSecond = made.records.filter(({ key }) => key.endsWith('-lap2'));
  const ofFirst = made.records.filter((offer) => !ofSecond.includes(offer));
  expect(ofFirst.map(({ value }) => value.id).toSorted()).toEqual(expected);
  // Other days are drawn for the same people.
  expect(ofSecond.length).toBeGreaterThan(expected.length / 2);
  expect(new Set(made.records.map(({ key }) => key)).size).toBe(made.records.length);
}, 60_000);
