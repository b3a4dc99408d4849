import { EventEmitter, once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBroker } from '#shared/embedded/broker';
import { type Chunk, type Cluster, connectCluster } from '#shared/kafka';
import { TopicObserver } from './topic-observer.js';

const TOPIC = 'flights';
const OTHER = 'weather';
const upTo = (end: number, from = 0): number[] => Array.from({ length: end - from }, (_, i) => from + i);

describe('TopicObserver', () => {
  let broker: Awaited<ReturnType<typeof startBroker>>;
  let cluster: Cluster;
  let warnings: string[];

  beforeEach(async () => {
    warnings = [];
    const topics = [TOPIC, OTHER].map((name) => ({ name, partitions: 1 }));
    broker = await startBroker({ port: 0, topics });
    cluster = await connectCluster({ brokers: [broker.address], clientId: 'test' });
  });

  afterEach(async () => {
    await cluster.close();
    await broker.close();
  });

  async function write(values: readonly number[], topic = TOPIC): Promise<void> {
    const producer = await cluster.produce();
    await producer.send(
      values.map((value) => ({ topic, key: null, value: Buffer.from(`${value}`), timestamp: 1_000 })),
    );
    await producer.close();
  }

  const observe = (handler: (chunk: Chunk) => Promise<void>, from = 0): Promise<TopicObserver> =>
    TopicObserver.start(
      cluster,
      new Map([
        [TOPIC, handler],
        [OTHER, handler],
      ]),
      {
        urgent: TOPIC,
        from: new Map([
          [TOPIC, [from]],
          [OTHER, [0]],
        ]),
        onWarning: (sentence) => warnings.push(sentence),
      },
    );

  /** Takes the values, and waits until the observer has reached an offset of the topic. */
  async function observeValues(from = 0) {
    const values: number[] = [];
    const observer = await observe(async ({ records }) => {
      values.push(...records.map(({ value }) => Number(value)));
    }, from);
    const reaches = (offset: number, topic = TOPIC): Promise<void> =>
      expect.poll(() => observer.hasReached(new Map([[topic, [offset]]])), { timeout: 10_000 }).toBe(true);
    return { values, observer, reaches };
  }

  it('has reached an offset when the records before it are handled, not when they are read', async () => {
    const steps = new EventEmitter();
    const handling = once(steps, 'handling');
    const observer = await observe(async () => {
      const handled = once(steps, 'handled');
      steps.emit('handling');
      await handled;
    });
    await write(upTo(10));
    const ends = new Map([[TOPIC, [10]]]);
    await handling;
    expect(observer.hasReached(ends)).toBe(false);
    steps.emit('handled');
    await expect.poll(() => observer.hasReached(ends)).toBe(true);
    await observer.close();
  });

  it('has reached the end of a topic that ends with what nobody is shown, and tells nobody of it', async () => {
    const producer = await cluster.transactionalProducer({ transactionalId: 'id' });
    await producer.send([{ topic: TOPIC, key: null, value: Buffer.from('0'), timestamp: 1_000 }]);
    await producer.commit({ groupId: 'group', offsets: new Map() });
    await producer.send([{ topic: TOPIC, key: null, value: Buffer.from('1'), timestamp: 1_000 }]);
    await producer.abort();
    const { observer, values, reaches } = await observeValues();
    // Two records, and the marker of the end of each transaction.
    await reaches(4);
    expect(values).toEqual([0]);
    await observer.close();
  });

  it('goes on from where it was when the broker has been away for longer than a session of a group', async () => {
    await write(upTo(1_000));
    await write(upTo(100), OTHER);
    const { observer, values, reaches } = await observeValues();
    await Promise.all([reaches(1_000), reaches(100, OTHER)]);
    expect(values).toHaveLength(1_100);
    values.length = 0;
    // Read already, and expired since: whoever began again at the beginning would be out of range.
    await cluster.deleteRecords(new Map([[TOPIC, [900]]]));
    broker.suspend(11_000);
    await write(upTo(1_100, 1_000));
    await reaches(1_100);
    expect(values).toEqual(upTo(1_100, 1_000));
    expect(warnings).toEqual([]);
    await observer.close();
  });

  it('says where records were gone before it came to them, and reads those that are there', async () => {
    await write(upTo(100));
    await cluster.deleteRecords(new Map([[TOPIC, [60]]]));
    const { observer, values, reaches } = await observeValues(20);
    await reaches(100);
    expect(values).toEqual(upTo(100, 60));
    expect(warnings).toEqual([
      'Reading partition 0 of flights went on at offset 60 instead of 20: the records between had expired, or the topic was ' +
        'made anew. What was on them is not counted.',
    ]);
    await observer.close();
  });

  it('fails as soon as a handler does', async () => {
    const observer = await observe(() => Promise.reject(new Error('no')));
    await write([1]);
    await expect(observer.finished).rejects.toThrow('no');
    await observer.close();
  });
});
