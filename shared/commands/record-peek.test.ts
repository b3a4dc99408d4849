import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Peek, PeekedPart, PeekedRecords } from '#shared/dashboard';
import { startRegistry } from '#shared/embedded/registry';
import { type Cluster, connectCluster, type OutgoingRecord } from '#shared/kafka';
import { connectSchemas, defineTopic } from '#shared/schema';
import { describeOnEachKafka } from '#shared/testing';
import type { DemoBasics } from './demo-definition.js';
import { createRecordPeek } from './record-peek.js';

const trips = defineTopic<{ id: string; fuel: number }>({
  name: 'trips.trips',
  partitions: 2,
  schema: {
    type: 'record',
    name: 'Trip',
    namespace: 'demo',
    fields: [
      { name: 'id', type: 'string' },
      { name: 'fuel', type: 'long' },
    ],
  },
});
const topics = {
  input: trips,
  predictions: { ...trips, name: 'trips.predictions' },
  outcomes: { ...trips, name: 'x' },
};
const definition = { name: 'trips', topics } as Partial<DemoBasics> as DemoBasics;
/** 1 October 2013. */
const START = Date.UTC(2013, 9, 1);
const soon = (): AbortSignal => AbortSignal.timeout(10_000);
const placesOf = ({ records }: PeekedRecords): string[] =>
  records.map(({ partition, offset }) => `${partition}@${offset}`);
const textOf = (part: PeekedPart | undefined): string => (part !== undefined && 'text' in part ? part.text : '');

await describeOnEachKafka("a look into a demo's topics", (kafka) => {
  let registry: Awaited<ReturnType<typeof startRegistry>>;
  let cluster: Cluster;
  let peek: Omit<Peek, 'follow'>;
  let namespace: string;
  const named = (name: string): string => `${namespace}${name}`;
  const look = (topic: string, more: Record<string, string> = {}): Promise<PeekedRecords> =>
    peek.records({ topic: named(topic), ...more }, soon());
  const send = async (records: readonly Omit<OutgoingRecord, 'topic'>[], topic = 'trips.trips'): Promise<void> => {
    const producer = await cluster.produce();
    await producer.send(records.map((record) => ({ ...record, topic: named(topic) })));
    await producer.close();
  };

  beforeAll(async () => {
    registry = await startRegistry({ port: 0 });
    cluster = await connectCluster({ brokers: [kafka.brokers], clientId: 'test' });
    namespace = `${kafka.unique('peek')}.`;
    const config = { 'retention.ms': '-1' };
    const single = ['trips.dead-letters', 'trips.notes', 'trips.scorer-visits-changelog', 'models', 'others.secrets'];
    await cluster.ensureTopics([
      { name: named('trips.trips'), partitions: 2, config },
      ...single.map((name) => ({ name: named(name), partitions: 1, config })),
    ]);
    const topicName = ({ name }: { readonly name: string }): string => named(name);
    peek = createRecordPeek(definition, { cluster, topicName }, { url: registry.url });
    const serialize = await connectSchemas({ url: registry.url }).register(trips, named('trips'));
    // One a minute, by turns on the two partitions: 0@0, 1@0, 0@1 …; each committed by itself, as a demo does.
    const producer = await cluster.transactionalProducer({ transactionalId: named('trips'), timeoutMs: 10_000 });
    for (let i = 0; i < 60; i++) {
      const value = serialize({ id: `t${i}`, fuel: i });
      const record = {
        topic: named('trips.trips'),
        partition: i % 2,
        key: `k${i}`,
        value,
        timestamp: START + i * 60_000,
      };
      await producer.send([{ ...record, headers: { run: '7' } }]);
      await producer.commit({ groupId: '', offsets: new Map() });
    }
    await producer.send([
      { topic: named('trips.trips'), partition: 0, key: 'open', value: Buffer.from('open'), timestamp: START },
    ]);
  }, 60_000);
  afterAll(async () => {
    await cluster.close();
    await registry.close();
  });

  it('gives the newest of all partitions by their time, decoded, and only what is committed', async () => {
    const found = await look('trips.trips', { limit: '3' });
    expect(found).toMatchObject({ order: 'newest first', incomplete: null });
    expect(found.records).toMatchObject([
      {
        partition: 1,
        offset: 58,
        timestamp: START + 59 * 60_000,
        key: { kind: 'text', text: 'k59' },
        value: {
          kind: 'json',
          text: '{"id":"t59","fuel":59}',
          cut: false,
          schema: { id: expect.any(Number), name: 'demo.Trip' },
        },
        headers: [{ name: 'run', value: { kind: 'text', text: '7' } }],
        raw: null,
      },
      { partition: 0, offset: 58 },
      { partition: 1, offset: 56 },
    ]);
  });

  it('goes on where an answer ended, backwards and onwards, to the end, with each record once', async () => {
    for (const from of ['end', 'beginning']) {
      const seen: string[] = [];
      for (let next: string | null = from; next !== null; ) {
        const found: PeekedRecords = await look('trips.trips', { limit: '25', from: next });
        seen.push(...found.records.map(({ value }) => JSON.parse(textOf(value)).id));
        next = found.next;
      }
      const all = Array.from({ length: 60 }, (_, i) => `t${i}`);
      expect(seen, from).toEqual(from === 'end' ? all.toReversed() : all);
    }
  });

  it('begins at an offset, or at a time', async () => {
    expect(placesOf(await look('trips.trips', { partition: '1', from: 'offset:11', limit: '2' }))).toEqual([
      '1@12',
      '1@14',
    ]);
    expect(placesOf(await look('trips.trips', { from: `time:${START + 90_000}`, limit: '2' }))).toEqual(['0@2', '1@2']);
    expect(await look('trips.trips', { from: `time:${START + 86_400_000}` })).toMatchObject({
      records: [],
      next: null,
    });
    expect(await look('trips.trips', { from: 'offset:999999' })).toMatchObject({ records: [], next: null });
  });

  it('shows what is no Avro as text or as bytes, cut in a list, and one record whole', async () => {
    const long = Buffer.alloc(80_000, 'é');
    const bytes = Buffer.from([0, 0, 0, 3, 231, 1, 2, 3]);
    const values = [long, bytes, Buffer.from([255, 254]), null, Buffer.from('<img src=x onerror=alert(1)>')];
    await send(
      values.map((value, index) => ({ key: `n${index}`, value, timestamp: START + index })),
      'trips.notes',
    );
    const { records } = await look('trips.notes', { from: 'beginning' });
    expect(records.map(({ value }) => value)).toMatchObject([
      { kind: 'text', size: 80_000, cut: true, text: 'é'.repeat(4_096) },
      { kind: 'bytes', size: 8, cut: false, hex: '000003e7010203'.padStart(16, '0') },
      { kind: 'bytes', hex: 'fffe', reason: 'it is neither Avro in wire format nor JSON nor text' },
      { kind: 'null' },
      { kind: 'text', text: '<img src=x onerror=alert(1)>' },
    ]);
    const whole = await look('trips.notes', { partition: '0', from: 'offset:0', whole: 'true' });
    expect(whole.records).toMatchObject([{ raw: long.subarray(0, 32_768).toString('hex'), value: { cut: false } }]);
    expect(textOf(whole.records[0]?.value)).toBe(long.toString());
    const marks = await look('trips.trips', { partition: '0', from: 'offset:1', whole: 'true' });
    expect(marks.records).toEqual([]);
  });

  it('lists the topics of the demo and nobody else’s, what they are, and how they grow', async () => {
    await vi.waitFor(() => expect(peek.topics()).toMatchObject({ problem: null, topics: { length: 5 } }), 10_000);
    expect(peek.topics().topics.map(({ name, kind }) => [name.slice(namespace.length), kind])).toEqual([
      ['trips.trips', 'input'],
      ['trips.dead-letters', 'dead-letters'],
      ['models', 'models'],
      ['trips.scorer-visits-changelog', 'changelog'],
      ['trips.notes', 'other'],
    ]);
    // The open transaction begins at 60.
    expect(peek.topics().topics[0]).toMatchObject({ begins: [0, 0], ends: [60, 60] });
    const growing = setInterval(() => void send([{ key: 'a', value: null, timestamp: START }], 'trips.notes'), 100);
    await vi.waitFor(() => expect(peek.topics().topics.at(-1)?.perSecond ?? 0).toBeGreaterThan(0), 10_000);
    clearInterval(growing);
  });

  it.each([
    [{ topic: 'others.secrets' }, /is no topic of this demo/],
    [{ topic: 'trips.nothing' }, /There is no topic .*trips\.nothing/],
    [{ topic: 'trips.trips', partition: '2' }, /has 2 partitions, counted from 0/],
    [{ topic: 'trips.trips', limit: '51' }, /not understood at limit/],
    [{ topic: 'trips.trips', from: 'yesterday' }, /from=end, beginning, offset:7 or time:/],
    [{ topic: 'trips.trips', whole: 'true' }, /by its partition and its offset/],
    [{ topic: ['trips.trips', 'x'] }, /not understood at topic/],
    [{ topic: 'trips.trips', group: 'mine' }, /not understood/],
  ])('refuses %j', async ({ topic, ...more }, says) => {
    const asked = { topic: typeof topic === 'string' ? named(topic) : topic, ...more };
    await expect(peek.records(asked, soon())).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(says),
    });
  });
});
