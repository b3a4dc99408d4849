import { expect, it } from 'vitest';
import { type BatchScorer, createTopologyTestDriver, StreamsBuilder } from '#shared/streams';
import { produce } from './producer.js';
import { rows } from './rows.js';
import { buildTopology } from './scorer.js';
import { announcements, type Outcome, outcomes } from './topics.js';

/** What the notebook trained the model on: its names in the data, which are the model's. */
const columns = [
  'internationalPlan',
  'voiceMailPlan',
  'totalDayMinutes',
  'totalEveMinutes',
  'totalNightMinutes',
  'totalIntlMinutes',
  'totalIntlCalls',
  'numberCustomerServiceCalls',
] as const;

it('asks the model, at the last event of every customer, exactly what the committed row has', async () => {
  const asked = new Map<string, string>();
  const notes: BatchScorer<object> = {
    name: 'notes',
    version: '1',
    score: (batch) => {
      for (const features of batch as readonly Record<string, string | number>[]) {
        asked.set(String(features.id), columns.map((column) => features[column]).join());
      }
      return Promise.resolve(batch.map(() => ({ score: 0, decision: null })));
    },
  };
  const builder = new StreamsBuilder();
  buildTopology(builder, notes);
  const topology = await createTopologyTestDriver(builder.build());
  const produced = [...produce({ lap: 1, limit: Number.POSITIVE_INFINITY, seed: 1 })];
  const read = produced.filter(({ topic }) => topic !== announcements && topic !== outcomes);
  await topology.pipeAll(
    read.map(({ topic, key, value, eventTime }) => ({ topic, record: { key, value, timestamp: eventTime } })),
  );

  const lastEvents = new Map<string, string>();
  for (const { topic, value } of produced) {
    // What is produced to the topic of outcomes is one; DemoRecord forgets which.
    if (topic === outcomes) lastEvents.set((value as Outcome).customerId, (value as Outcome).id);
  }
  const committed = Array.from(rows(), (row) => [row('customerId'), columns.map(row).join()] as const);
  const computed = committed.map(([customer]) => [customer, asked.get(lastEvents.get(customer) ?? '')] as const);
  expect(committed).toHaveLength(1_667);
  expect(computed).toEqual(committed);
});
