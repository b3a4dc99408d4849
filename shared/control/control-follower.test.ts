import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { startBroker } from '#shared/embedded/broker';
import { connectCluster } from '#shared/kafka';
import { offlineSchemas } from '#shared/schema';
import { describeOnEachKafka } from '#shared/testing';
import { ControlFollower } from './control-follower.js';
import { controlTopic, type PartReport } from './control-topic.js';
import { ControlWriter } from './control-writer.js';
import { type ControlNews, faultInEffect } from './desired-state.js';

const PATIENCE = { timeout: 20_000 };

/** A demo with a control topic of its own; what is opened by it ends with it. */
async function demoOn(
  brokers: string,
  namespace: string,
  { made = true, silentMs }: { made?: boolean; silentMs?: number } = {},
) {
  const cluster = await connectCluster({ brokers: [brokers], clientId: 'test' });
  const topicName = ({ name }: { readonly name: string }): string => `${namespace}.${name}`;
  const makeTopic = () => {
    const topic = controlTopic('demo');
    return cluster.ensureTopics([{ name: topicName(topic), partitions: 1, config: { 'cleanup.policy': 'compact' } }]);
  };
  if (made) await makeTopic();
  const reader: typeof cluster.reader = (options) =>
    cluster.reader({ ...options, ...(silentMs !== undefined && { silentMs }) });
  let looks = 0;
  const partitionCounts: typeof cluster.partitionCounts = (topics) => {
    looks += 1;
    return cluster.partitionCounts(topics);
  };
  const access = { cluster: { ...cluster, reader, partitionCounts }, schemas: offlineSchemas(), topicName };
  const open: { close(): Promise<void> }[] = [cluster];
  const closing = <T extends { close(): Promise<void> }>(part: T): T => {
    open.unshift(part);
    return part;
  };
  return {
    cluster,
    topic: topicName(controlTopic('demo')),
    makeTopic,
    /** How often a follower has looked whether the topic is there: once for each reader. */
    looks: () => looks,
    writer: async () => closing(await ControlWriter.open('demo', access)),
    follower: async () => {
      const warnings: string[] = [];
      const news: ControlNews[] = [];
      const follower = closing(
        await ControlFollower.start('demo', access, { onWarning: (sentence) => warnings.push(sentence) }),
      );
      follower.onChange((_, what) => news.push(what));
      return { follower, news, warnings };
    },
    async [Symbol.asyncDispose]() {
      for (const part of open) await part.close();
    },
  };
}

const producing: PartReport = {
  role: 'producer',
  instance: 'host-1',
  heardAt: Date.now(),
  obeys: [],
  faults: [],
  eventTime: 1_380_000_000_000,
  lap: 1,
  sent: 12,
  held: 0,
  injected: 3,
};

await describeOnEachKafka('following the control topic', (kafka) => {
  it('brings each order to those who follow, and what parts say', async () => {
    await using demo = await demoOn(kafka.brokers, kafka.unique('orders'));
    const writer = await demo.writer();
    const { follower, news } = await demo.follower();
    const { id } = await writer.switchFault('slow-scorer', { on: true, forMs: 60_000, by: 'test' });
    await vi.waitUntil(() => follower.state.faults.get('slow-scorer')?.id === id, PATIENCE);
    expect(faultInEffect(follower.state, 'slow-scorer', 'any')?.by).toBe('test');
    await writer.changePace(follower.state.pace, { steps: 2 });
    await vi.waitUntil(() => follower.state.pace.steps === 2, PATIENCE);
    await writer.changePace(follower.state.pace, { paused: false, speed: 4, jumpTo: 1_380_000_000_000 });
    await writer.askReset();
    await writer.report(producing);
    await vi.waitUntil(() => follower.state.parts.size === 1, PATIENCE);
    expect(follower.state.pace).toMatchObject({ paused: false, speed: 4, steps: 2 });
    expect(follower.state.parts.get('producer/host-1')).toMatchObject(producing);
    expect(news.flatMap(({ faults }) => faults)).toEqual(['slow-scorer']);
    expect(news.reduce((sum, { steps }) => sum + steps, 0)).toBe(2);
    expect(news.flatMap(({ jumpTo }) => jumpTo ?? [])).toEqual([1_380_000_000_000]);
    expect(news.filter(({ reset }) => reset)).toHaveLength(1);
  });

  it('tells who starts later what holds, and not what was asked for before', async () => {
    await using demo = await demoOn(kafka.brokers, kafka.unique('later'));
    const writer = await demo.writer();
    await writer.switchFault('killed-scorer', { on: true, target: 'host-1', by: 'test' });
    await writer.changePace((await demo.follower()).follower.state.pace, { steps: 5 });
    const { follower, news } = await demo.follower();
    expect(faultInEffect(follower.state, 'killed-scorer', 'host-1')).toBeDefined();
    expect(follower.state.pace).toMatchObject({ paused: true, steps: 5 });
    await writer.changePace(follower.state.pace, { steps: 1 });
    await vi.waitUntil(() => follower.state.pace.steps === 6, PATIENCE);
    expect(news).toEqual([{ faults: [], steps: 1, jumpTo: undefined, reset: false, orders: [follower.state.pace.id] }]);
  });

  it('passes over what is no control record', async () => {
    await using demo = await demoOn(kafka.brokers, kafka.unique('foreign'));
    const producer = await demo.cluster.produce();
    const writer = await demo.writer();
    const records = ['text', '{"on": true}', ''].map((text) => ({
      topic: demo.topic,
      key: 'fault/drift',
      value: Buffer.from(text),
      timestamp: Date.now(),
    }));
    await producer.send(records);
    await writer.switchFault('late-data', { on: true, by: 'test' });
    const { follower, warnings } = await demo.follower();
    expect([[...follower.state.faults.keys()], warnings]).toEqual([['late-data'], []]);
  });
});

describe('a follower', () => {
  it('ends a fault when its time is over, though nobody switches it off', async () => {
    await using broker = await disposableBroker();
    await using demo = await demoOn(broker.address, 'time');
    const writer = await demo.writer();
    const { follower } = await demo.follower();
    const seen: boolean[] = [];
    follower.onChange(({ faults }) => seen.push(faults.get('drift')?.on === true));
    await writer.switchFault('drift', { on: true, forMs: 200, by: 'test' });
    await vi.waitUntil(() => seen.length === 2, PATIENCE);
    expect(seen).toEqual([true, false]);
  });

  it('knows of nothing where the topic is not there, and follows it when it is', async () => {
    await using broker = await disposableBroker();
    await using demo = await demoOn(broker.address, 'missing', { made: false });
    const { follower, news } = await demo.follower();
    expect(follower.state.faults.size).toBe(0);
    await demo.makeTopic();
    await (await demo.writer()).switchFault('drift', { on: true, by: 'test' });
    await vi.waitUntil(() => follower.state.faults.size === 1, PATIENCE);
    expect(news.flatMap(({ faults }) => faults)).toEqual(['drift']);
  });

  it('keeps the state while the broker is away for longer than a reader waits, and goes on when it is back', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'control-'));
    const first = await startBroker({ port: 0, dataDir });
    const port = Number(first.address.split(':')[1]);
    await using demo = await demoOn(first.address, 'away', { silentMs: 300 });
    const writer = await demo.writer();
    const { follower, news } = await demo.follower();
    await writer.switchFault('drift', { on: true, by: 'test' });
    await vi.waitUntil(() => follower.state.faults.size === 1, PATIENCE);
    await first.close();
    await vi.waitUntil(() => demo.looks() === 2, PATIENCE);
    expect(follower.state.faults.get('drift')?.on).toBe(true);
    const second = await startBroker({ port, dataDir });
    await writer.switchFault('late-data', { on: true, by: 'test' });
    await vi.waitUntil(() => follower.state.faults.size === 2, PATIENCE);
    expect(news.flatMap(({ faults }) => faults)).toEqual(['drift', 'late-data']);
    await follower.close();
    await second.close();
    await rm(dataDir, { recursive: true });
  });
});

async function disposableBroker() {
  const broker = await startBroker({ port: 0 });
  return { address: broker.address, [Symbol.asyncDispose]: () => broker.close() };
}
