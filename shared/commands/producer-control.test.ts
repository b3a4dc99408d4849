import { describe, expect, it, vi } from 'vitest';
import { ControlFollower, ControlWriter, controlTopic, type PaceOrder, type PartState } from '#shared/control';
import { startRegistry } from '#shared/embedded/registry';
import { connectCluster } from '#shared/kafka';
import { connectSchemas, defineTopic } from '#shared/schema';
import { freePort, startEmbeddedBroker } from '#shared/testing';
import { type DemoBasics, type DemoRecord, demoRecord, type LapOptions } from './demo-definition.js';
import { createPace } from './pace.js';
import { PlayedPace } from './played-pace.js';
import { openProducerControl, type Production } from './producer-control.js';
import { preciseNow, produceRecords, SENT_AT_HEADER } from './producer-role.js';

const PATIENCE = { timeout: 20_000 };
const topic = (name: string) =>
  defineTopic<{ id: string }>({
    name,
    partitions: 1,
    schema: { type: 'record', name: 'Input', fields: [{ name: 'id', type: 'string' }] },
  });
const [input, news, predictions, outcomes] = [topic('input'), topic('news'), topic('out'), topic('outcomes')];

/** A thousand records, a second of event time apart, and news before each tenth. */
function* produce({ lap }: LapOptions): Generator<DemoRecord> {
  for (let i = 0; i < 1_000; i++) {
    const at = (lap * 1_000 + i) * 1_000;
    if (i % 10 === 0) yield demoRecord(news, `${i}`, { id: `${i}` }, at);
    yield demoRecord(input, `${i}`, { id: `${i}` }, at);
  }
}

/** A demo whose producer is at work, at a rate that nobody has to wait for, and who commands it. */
async function producing({ rate = 100 }: { readonly rate?: number } = {}) {
  const broker = await startEmbeddedBroker();
  const registry = await startRegistry({ port: 0 });
  const cluster = await connectCluster({ brokers: [broker.address], clientId: 'test' });
  const topics = [input, news, outcomes, controlTopic('demo')];
  await cluster.ensureTopics(topics.map(({ name }) => ({ name, partitions: 1, config: {} })));
  const demo = {
    cluster,
    schemas: connectSchemas({ url: registry.url }),
    topicName: ({ name }: { readonly name: string }) => name,
  };
  const definition = { name: 'demo', topics: { input, predictions, outcomes }, alsoProduces: [news], produce };
  const ending = new AbortController();
  const work = produceRecords(definition as Partial<DemoBasics> as DemoBasics, demo, {
    rate,
    seed: 1,
    monitoring: false,
    run: 'run',
    signal: ending.signal,
    onSent: () => undefined,
  });
  const follower = await ControlFollower.start('demo', demo);
  const writer = await ControlWriter.open('demo', demo);
  const part = (): PartState | undefined => [...follower.state.parts.values()][0];
  const records = async () => {
    const [end = 0] = (await cluster.endOffsets([input.name])).get(input.name) ?? [];
    const reader = await cluster.reader({ isolation: 'read_committed' });
    reader.seek([{ topic: input.name, partition: 0, offset: 0 }]);
    const read = [];
    while (read.length < end) for (const chunk of await reader.poll(1_000)) read.push(...chunk.records);
    await reader.close();
    return read;
  };
  return {
    follower,
    writer,
    part,
    records,
    /** Changes the pace, and waits until the producer stands still with that. */
    async stands(change: Parameters<ControlWriter['changePace']>[1]): Promise<PaceOrder> {
      const before = follower.state.pace;
      const order = await writer.changePace(before, change);
      await vi.waitUntil(async () => {
        const said = part();
        const [end = 0] = (await cluster.endOffsets([input.name])).get(input.name) ?? [];
        return said?.obeys.includes(order.id) === true && said.sent === end;
      }, PATIENCE);
      return order;
    },
    async end(): Promise<void> {
      ending.abort();
      await work;
    },
    async [Symbol.asyncDispose]() {
      ending.abort();
      await work;
      await follower.close();
      await cluster.close();
      await registry.close();
      await broker[Symbol.asyncDispose]();
    },
  };
}

describe('a producer', () => {
  it('stands still when it is told to, sends what is asked for one by one, and goes on', async () => {
    await using demo = await producing();
    await vi.waitUntil(() => demo.part() !== undefined, PATIENCE);
    await demo.stands({ paused: true });
    const before = demo.part()?.sent ?? 0;
    await demo.stands({ steps: 3 });
    expect(demo.part()).toMatchObject({ role: 'producer', lap: 1, sent: before + 3, held: 0, injected: 0 });
    const last = (await demo.records()).at(-1);
    expect([last?.key?.toString(), last?.timestamp]).toEqual([`${before + 2}`, demo.part()?.eventTime]);
    await demo.writer.changePace(demo.follower.state.pace, { paused: false });
    await vi.waitUntil(() => (demo.part()?.sent ?? 0) > before + 3, PATIENCE);
  });

  it('hurries to a moment and leaves nothing out; only what was sent in its time says when', async () => {
    await using demo = await producing({ rate: 50 });
    await vi.waitUntil(() => demo.part() !== undefined, PATIENCE);
    await demo.stands({ paused: true });
    await demo.stands({ jumpTo: 1_900_000 });
    expect(demo.part()).toMatchObject({ sent: 900, eventTime: 1_899_000, lap: 1 });
    await demo.stands({ steps: 1 });
    const records = await demo.records();
    expect(records.map(({ key }) => Number(key))).toEqual(Array.from({ length: 901 }, (_, i) => i));
    const isTimed = records.map(({ headers }) => headers[SENT_AT_HEADER] !== undefined);
    const begun = isTimed.indexOf(false);
    expect([begun, isTimed.lastIndexOf(false), isTimed.at(-1)]).toEqual([isTimed.indexOf(false), 899, true]);
    expect(isTimed.slice(begun, 900)).not.toContain(true);
  });

  it('takes its leave when it ends', async () => {
    await using demo = await producing();
    await vi.waitUntil(() => demo.part() !== undefined, PATIENCE);
    await demo.end();
    await vi.waitUntil(() => demo.part() === undefined, PATIENCE);
  });
});

it('follows nothing any more where it cannot say what it does', async () => {
  await using broker = await startEmbeddedBroker();
  const cluster = await connectCluster({ brokers: [broker.address], clientId: 'test' });
  const { name } = controlTopic('demo');
  await cluster.ensureTopics([{ name, partitions: 1, config: {} }]);
  const reader = vi.spyOn(cluster, 'reader');
  const demo = {
    cluster,
    schemas: connectSchemas({ url: `http://127.0.0.1:${await freePort()}` }),
    topicName: (topic: { readonly name: string }) => topic.name,
  };
  const nothing: Production = { faults: [], eventTime: null, lap: null, sent: 0, held: 0, injected: 0 };
  const opening = openProducerControl('demo', demo, new PlayedPace(createPace(1, 1), preciseNow), () => nothing);
  await expect(opening).rejects.toMatchObject({ code: 'schema' });
  expect(reader).not.toHaveBeenCalled();
  await cluster.close();
});
