import { expect, it } from 'vitest';
import { type Cluster, connectCluster } from '#shared/kafka';
import { defineTopic } from '#shared/schema';
import { startEmbeddedBroker } from '#shared/testing';
import { demoRecord } from './demo-definition.js';
import { firstLap } from './first-lap.js';

const WEEK_MS = 7 * 24 * 3_600_000;
const START = Date.parse('2026-03-05T00:00:00Z');
const input = defineTopic<{ id: string }>({
  name: 'input',
  partitions: 2,
  schema: { type: 'record', name: 'Input', fields: [{ name: 'id', type: 'string' }] },
});
/** A demo of one record a week. */
const weekly = {
  topics: { input, predictions: input, outcomes: input },
  produce: ({ lap }: { readonly lap: number }) => [demoRecord(input, 'a', { id: 'a' }, START + (lap - 1) * WEEK_MS)],
};

/** `strangers`: when somebody else has put a record there, after those of the runs. */
async function lapAfter(times: readonly number[], strangers: readonly number[] = []): Promise<number> {
  await using broker = await startEmbeddedBroker();
  const cluster: Cluster = await connectCluster({ brokers: [broker.address], clientId: 'test' });
  await cluster.ensureTopics([{ name: 'ns.input', partitions: 2, config: {} }]);
  const producer = await cluster.produce();
  const value = Buffer.from('x');
  for (const [made, headers] of [
    [times, { run: 'an earlier one' }],
    [strangers, {}],
  ] as const) {
    await producer.send(made.map((timestamp, at) => ({ topic: 'ns.input', key: `${at}`, value, timestamp, headers })));
  }
  const lap = await firstLap(weekly, { cluster, topicName: ({ name }) => `ns.${name}` }, 1);
  await cluster.close();
  return lap;
}

it('is the first where nothing lies on the topic, or what lies there is of an earlier time', async () => {
  expect(await lapAfter([])).toBe(1);
  expect(await lapAfter([START - 1])).toBe(1);
});

it('is the next one that begins after all that lies on the topic, on whichever partition', async () => {
  expect(await lapAfter([START])).toBe(2);
  expect(await lapAfter([START + 1, START + 2, START + 3, START + WEEK_MS - 1])).toBe(2);
  expect(await lapAfter([START, START + 1, START + 2, START + WEEK_MS])).toBe(3);
  expect(await lapAfter([START + 10 * WEEK_MS + 5])).toBe(12);
});

it('is not put off by what strangers have put there, which bears the time of today', async () => {
  const today = START + 30 * WEEK_MS;
  expect(await lapAfter([], [today])).toBe(1);
  expect(await lapAfter([START, START + WEEK_MS], [today, today, today, today, today])).toBe(3);
});
