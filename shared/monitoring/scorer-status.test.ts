import { expect, it } from 'vitest';
import { type AvroSchema, defineTopic, offlineSchemas } from '#shared/schema';
import { type ScorerStatus, statusTopic } from './scorer-status.js';

const topic = statusTopic('demo');

const status: ScorerStatus = {
  instance: 'host-1',
  state: 'RUNNING',
  heartbeatAt: 1_795_680_122_034,
  recordsPerSecond: 500.5,
  scoredTotal: 4_969,
  partitions: 16,
  modelName: 'gbm',
  modelVersion: '1',
  modelSha256: 'a0',
  guarantee: 'exactly_once',
  topology: 'Topologies:',
  modelSince: 1_795_680_100_000,
  modelPublishedAt: null,
  modelPositive: 'delayed',
  modelThreshold: 0.35,
  swapsTotal: 1,
  refusalsTotal: 0,
  refusal: null,
  challenger: null,
  unknownCategories: { carrier: 3 },
  metrics: [
    { metric: 'kafka_ml_streams_tasks', labels: {}, value: 4, buckets: [] },
    { metric: 'kafka_ml_streams_records_dropped_total', labels: { drop: 'null' }, value: 3, buckets: [] },
    { metric: 'kafka_ml_scoring_rows', labels: {}, value: 70.5, buckets: [1, 0, 2 ** 40] },
  ],
  obeys: ['5f0c'],
  tasks: ['demo.records-0', 'demo.records-1'],
  edges: [4_969, 2 ** 40],
  failed: [0, 3],
};

it('brings what a scorer measures to whoever reads its heartbeat', async () => {
  const schemas = offlineSchemas();
  const serialize = await schemas.register(topic, topic.name);
  const deserializer = schemas.deserializer<ScorerStatus>({ reader: topic.schema });
  const bytes = serialize(status);
  await deserializer.prepare([bytes]);
  expect(deserializer.decode(bytes)).toEqual(status);
});

it('reads a heartbeat of before scorers measured themselves, and said what they obey, as one that says nothing of it', async () => {
  const schemas = offlineSchemas();
  const later = ['metrics', 'obeys', 'tasks', 'edges', 'failed'];
  // The schema is a record.
  const { fields, ...schema } = topic.schema as { readonly fields: readonly { readonly name: string }[] };
  const earlier = { ...schema, fields: fields.filter(({ name }) => !later.includes(name)) } as AvroSchema;
  const { metrics: _, obeys: __, tasks: ___, edges: ____, failed: _____, ...before } = status;
  const serialize = await schemas.register(
    defineTopic<typeof before>({ name: topic.name, partitions: 1, schema: earlier }),
    topic.name,
  );
  await schemas.register(topic, topic.name);
  const deserializer = schemas.deserializer<ScorerStatus>({ reader: topic.schema });
  const bytes = serialize(before);
  await deserializer.prepare([bytes]);
  expect(deserializer.decode(bytes)).toEqual({ ...before, metrics: [], obeys: [], tasks: [], edges: [], failed: [] });
});
