import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { FollowedRecord } from '#shared/dashboard';
import { startRegistry } from '#shared/embedded/registry';
import { type Cluster, connectCluster } from '#shared/kafka';
import { connectSchemas } from '#shared/schema';
import { describeOnEachKafka } from '#shared/testing';
import type { DemoCluster } from './demo-cluster.js';
import { createFollow } from './follow.js';
import { createRecordPeek } from './record-peek.js';
import { RecordTrail } from './record-trail.js';
import { createRecordsPart } from './records-part.js';
import { Replays } from './replays.js';
import { featuresTopic, type SampledRow } from './row-sampler.js';
import { definition } from './test-watch.js';

const soon = (): AbortSignal => AbortSignal.timeout(10_000);
const sampled = (id: string, row: string): SampledRow => ({
  id,
  row,
  score: 0.5,
  decision: null,
  modelName: 'model',
  modelVersion: '1',
  reasons: [],
  sampledAt: 0,
});

await describeOnEachKafka('a record that is followed', (kafka) => {
  let registry: Awaited<ReturnType<typeof startRegistry>>;
  let cluster: Cluster;
  let demo: DemoCluster;
  let namespace: string;
  const features = featuresTopic('demo');

  beforeAll(async () => {
    registry = await startRegistry({ port: 0 });
    cluster = await connectCluster({ brokers: [kafka.brokers], clientId: 'test' });
  });
  beforeEach(async () => {
    namespace = `${kafka.unique('follow')}.`;
    const topicName = ({ name }: { readonly name: string }): string => `${namespace}${name}`;
    demo = { cluster, schemas: connectSchemas({ url: registry.url }), topicName };
    const names = ['demo.inputs', 'demo.features', 'others.secrets'];
    await cluster.ensureTopics(names.map((name) => ({ name: topicName({ name }), partitions: 1, config: {} })));
  });
  afterAll(async () => {
    await cluster.close();
    await registry.close();
  });

  const follow = () =>
    createFollow(definition, demo, {
      trail: new RecordTrail(),
      peek: createRecordPeek(definition, demo, { url: registry.url }),
      positiveLabels: () => [],
    });
  const sample = async (id: string, row: string): Promise<void> => {
    const topic = demo.topicName(features);
    const serialize = await demo.schemas.register(features, topic);
    const producer = await cluster.produce();
    await producer.send([{ topic, key: id, value: serialize(sampled(id, row)), timestamp: Date.now() }]);
    await producer.close();
  };
  const featuresOf = ({ steps }: FollowedRecord) => steps.find(({ kind }) => kind === 'features')?.value;

  it('is one of the demo: no other topic is read for whoever asks', async () => {
    const opened = vi.spyOn(cluster, 'reader');
    const asked = vi.spyOn(cluster, 'endOffsets');
    const of = (name: string) => follow()({ topic: `${namespace}${name}`, partition: '0', offset: '0' }, soon());
    await expect(of('others.secrets')).rejects.toThrow(
      'Only inputs, predictions, outcomes and dead letters can be followed.',
    );
    expect([opened.mock.calls.length, asked.mock.calls.length]).toEqual([0, 0]);
    await expect(of('demo.inputs')).rejects.toThrow('There is no such record any more.');
    expect(asked).toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it('has its sample looked for through the topic once, and then in what has come since', async () => {
    await sample('a', '{"distance":1}');
    await sample('b', '{"distance":2}');
    const ask = follow();
    const opened = vi.spyOn(cluster, 'reader');
    expect(featuresOf(await ask({ id: 'c' }, soon()))).toBeNull();
    expect(opened).toHaveBeenCalledTimes(1);
    expect(featuresOf(await ask({ id: 'c' }, soon()))).toBeNull();
    expect(opened).toHaveBeenCalledTimes(1);
    vi.restoreAllMocks();
    await sample('c', '{"distance":3}');
    expect(featuresOf(await ask({ id: 'c' }, soon()))).toBe('{"distance":3}');
    await sample('a', '{"distance":4}');
    expect(featuresOf(await ask({ id: 'c' }, soon()))).toBe('{"distance":3}');
    expect(featuresOf(await ask({ id: 'a' }, soon()))).toBe('{"distance":4}');
  });

  it('has what was sent again before read once for the view, and after a refusal some seconds later', async () => {
    let now = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const away = await connectCluster({ brokers: [kafka.brokers], clientId: 'test' });
    await away.close();
    const asked = vi.spyOn(away, 'partitionCounts');
    const watch = { run: '1', replays: new Replays(), trail: new RecordTrail(), knownScorers: [] };
    const options = { registry: { url: registry.url }, monitoring: false, watch };
    const { state } = createRecordsPart(definition, { ...demo, cluster: away }, options);
    const look = async (): Promise<void> => {
      state();
      await Promise.allSettled(asked.mock.results.map(({ value }) => value));
      await new Promise(setImmediate);
    };
    for (let times = 0; times < 4; times += 1) await look();
    const before = asked.mock.calls.filter(([topics]) => topics?.[0]?.endsWith('replays')).length;
    expect(before).toBe(1);
    now += 20_000;
    await look();
    expect(asked.mock.calls.filter(([topics]) => topics?.[0]?.endsWith('replays')).length).toBe(2);
    vi.restoreAllMocks();
  });
});
