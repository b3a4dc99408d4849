import { expect, it } from 'vitest';
import { type BatchScorer, createTopologyTestDriver, StreamsBuilder } from '#shared/streams';
import { produce } from './producer.js';
import { rows } from './rows.js';
import { buildTopology } from './scorer.js';
import { passengers } from './topics.js';

/** What the models are asked, by the names that their cards have for it. */
const inputs = ['title', 'sex', 'passengerClass', 'age', 'siblingsSpouses', 'parentsChildren'] as const;

it('computes for each of the 1,309 passengers what the models were trained on, as the committed rows have it', async () => {
  const committed = Array.from(rows(), (row) => [row('id'), ...inputs.map(row)].join(' | '));
  const computed: string[] = [];
  const notes: BatchScorer<object> = {
    name: 'notes',
    version: '1',
    score: (asked) => {
      for (const features of asked as readonly Record<string, string | number | null>[]) {
        computed.push([features.id, ...inputs.map((name) => features[name] ?? '')].join(' | '));
      }
      return Promise.resolve(asked.map(() => ({ score: 0, decision: null })));
    },
  };
  const builder = new StreamsBuilder();
  buildTopology(builder, notes);
  const topology = await createTopologyTestDriver(builder.build());
  await topology.pipeAll(
    Array.from(produce({ lap: 1, limit: Number.POSITIVE_INFINITY, seed: 1 }))
      .filter(({ topic }) => topic === passengers)
      .map(({ topic, key, value, eventTime: timestamp }) => ({ topic, record: { key, value, timestamp } })),
  );
  expect(computed.toSorted()).toEqual(committed);
});
