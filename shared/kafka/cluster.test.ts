import { beforeAll, describe, expect, it, vi } from 'vitest';
import { describeOnEachKafka } from '#shared/testing';
import { type Cluster, type ConsumedRecord, type Consumer, connectCluster, parseBrokers } from './index.js';

const outgoing = (name: string, count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({
    topic: name,
    key: `key-${from + index}`,
    value: Buffer.from(`value-${from + index}`),
    timestamp: 1_380_000_000_000 + from + index,
    headers: { number: String(from + index) },
  }));

async function read(consumer: Consumer, count: number): Promise<ConsumedRecord[]> {
  const records: ConsumedRecord[] = [];
  while (records.length < count) records.push(...((await consumer.poll(5_000))?.records ?? []));
  return records;
}

await describeOnEachKafka('a cluster', (kafka) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await connectCluster({ brokers: [kafka.brokers], clientId: 'test' });
    return () => cluster.close();
  });

  const topic = async (name: string, partitions = 2): Promise<string> => {
    await cluster.ensureTopics([{ name, partitions, config: { 'retention.ms': '-1' } }]);
    return name;
  };

  // The first group that a new cluster sees: its coordinator is not ready then, and says so.
  it('gives end offsets, and reads from the offsets given', async () => {
    const name = await topic(kafka.unique('from-offsets'), 1);
    const producer = await cluster.produce();
    await producer.send(outgoing(name, 10));
    const ends = await cluster.endOffsets([name]);
    expect(ends.get(name)).toEqual([10]);
    await producer.send(outgoing(name, 5, 10));
    const consumer = await cluster.consume({
      groupId: kafka.unique('reader'),
      topics: [name],
      from: ends,
      temporaryGroup: true,
    });
    expect((await read(consumer, 5)).map(({ offset }) => offset)).toEqual([10, 11, 12, 13, 14]);
    await consumer.close();
  });

  it('carries key, value, timestamp and headers, in order per partition, however many are sent at once', async () => {
    const name = await topic(kafka.unique('round-trip'));
    const producer = await cluster.produce();
    await producer.send(outgoing(name, 1_234));
    const consumer = await cluster.consume({ groupId: kafka.unique('round-trip'), topics: [name], from: 'beginning' });
    const records = await read(consumer, 1_234);
    const numbers = (partition: number): number[] =>
      records.filter((record) => record.partition === partition).map(({ headers }) => Number(headers.number));
    for (const partition of [0, 1]) {
      expect(numbers(partition)).toEqual(numbers(partition).toSorted((a, b) => a - b));
      expect(numbers(partition).length).toBeGreaterThan(400);
    }
    const [record] = records.filter(({ key }) => key?.toString() === 'key-17');
    expect(record).toMatchObject({ value: Buffer.from('value-17'), timestamp: 1_380_000_000_017 });
    expect(record?.headers.number?.toString()).toBe('17');
  });

  it('carries headers without a value, repeated ones, and ones that are named as what every object has', async () => {
    const name = await topic(kafka.unique('headers'), 1);
    const headers = {
      nothing: null,
      empty: '',
      repeated: [null, 'a', Buffer.from('b'), null],
      left_out: undefined,
      constructor: Buffer.from('mine'),
    };
    const producer = await cluster.produce();
    const [first] = outgoing(name, 1);
    await producer.send(first ? [{ ...first, headers }] : []);
    const consumer = await cluster.consume({ groupId: kafka.unique('headers'), topics: [name], from: 'beginning' });
    const [record] = await read(consumer, 1);
    const expected = {
      nothing: null,
      empty: Buffer.alloc(0),
      repeated: [null, Buffer.from('a'), Buffer.from('b'), null],
    };
    expect(record?.headers).toMatchObject(expected);
    expect(record?.headers).not.toHaveProperty('left_out');
    // What was read can be written as it is, as a dead letter is.
    await producer.send(first && record ? [{ ...first, headers: record.headers }] : []);
    const [again] = await read(consumer, 1);
    expect(again?.headers).toMatchObject(expected);
    expect(again?.headers).toEqual(record?.headers);
  });

  it('writes at once what is more than a partition takes in one batch', async () => {
    const name = await topic(kafka.unique('bytes'), 1);
    const producer = await cluster.produce();
    const large = outgoing(name, 600).map((record) => ({ ...record, value: Buffer.alloc(3_000, 1) }));
    await producer.send([...large.slice(0, 300), ...outgoing(name, 1, 600), ...large.slice(300)]);
    await producer.send(outgoing(name, 1).map((record) => ({ ...record, value: Buffer.alloc(900_000, 2) })));
    expect((await cluster.endOffsets([name])).get(name)).toEqual([602]);
  });

  it('leaves a topic that exists as it is', async () => {
    const name = await topic(kafka.unique('existing'), 3);
    await topic(kafka.unique('existing'), 5);
    expect((await cluster.endOffsets([name])).get(name)).toEqual([0, 0, 0]);
  });

  it('serves topics from the moment that they are there, each record once, whoever else makes them as well', async () => {
    const others = await Promise.all(
      ['a', 'b'].map((clientId) => connectCluster({ brokers: [kafka.brokers], clientId })),
    );
    const producer = await cluster.produce();
    for (let round = 0; round < 5; round++) {
      const names = ['x', 'y', 'z'].map((name) => kafka.unique(`new-${round}-${name}`));
      await Promise.all(
        [cluster, ...others].map(async (client) => {
          await client.ensureTopics(names.map((name) => ({ name, partitions: 4, config: {} })));
          expect((await client.endOffsets(names)).get(names[0] ?? '')).toEqual([0, 0, 0, 0]);
        }),
      );
      // One for each partition: of a send that is refused in part, kafkajs repeats the whole.
      const perPartition = names.flatMap((name) =>
        outgoing(name, 4).map((record, partition) => ({ ...record, partition })),
      );
      await producer.send(perPartition);
      expect([...(await cluster.endOffsets(names)).values()]).toEqual(names.map(() => [1, 1, 1, 1]));
    }
    await Promise.all(others.map((other) => other.close()));
  });

  it('tells each of many who ask at once where its topic ends', async () => {
    const names = Array.from({ length: 20 }, (_, index) => kafka.unique(`asked-${index}`));
    await cluster.ensureTopics(names.map((name) => ({ name, partitions: 1, config: {} })));
    const asked = await connectCluster({ brokers: [kafka.brokers], clientId: 'test' });
    const answers = await Promise.all(names.map((name) => asked.endOffsets([name])));
    expect(answers).toEqual(names.map((name) => new Map([[name, [0]]])));
    await asked.close();
  });

  it('goes on where a group committed', async () => {
    const name = await topic(kafka.unique('committed'), 1);
    const producer = await cluster.produce();
    await producer.send(outgoing(name, 20));
    const first = await cluster.consume({
      groupId: kafka.unique('goes-on'),
      topics: [name],
      from: 'beginning',
      maxChunkRecords: 5,
    });
    const chunk = await first.poll(5_000);
    expect(chunk?.records).toHaveLength(5);
    await first.commit(new Map([[name, [chunk?.nextOffset ?? 0]]]));
    await first.close();
    const second = await cluster.consume({ groupId: kafka.unique('goes-on'), topics: [name], from: 'beginning' });
    expect((await read(second, 15))[0]?.offset).toBe(5);
  });

  it('tells a member what it reads, and shares partitions with a second one', async () => {
    const name = await topic(kafka.unique('shared'), 4);
    const assigned: number[][] = [[], []];
    const join = (member: number) =>
      cluster.consume({
        groupId: kafka.unique('sharing'),
        topics: [name],
        from: 'beginning',
        onAssigned: (assignment) => {
          assigned[member] = [...(assignment.get(name) ?? [])];
        },
      });
    const first = await join(0);
    expect(assigned[0]).toHaveLength(4);
    await join(1);
    while (assigned[0]?.length !== 2) await first.poll(50);
    expect([...(assigned[0] ?? []), ...(assigned[1] ?? [])].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
  });

  it('leaves out a commit that a rebalance overtakes', async () => {
    const name = await topic(kafka.unique('overtaken'), 4);
    const producer = await cluster.produce();
    await producer.send(outgoing(name, 100));
    const join = () =>
      cluster.consume({ groupId: kafka.unique('overtaken'), topics: [name], from: 'beginning', maxChunkRecords: 1 });
    const staying = await join();
    let coming = true;
    const committing = (async () => {
      while (coming) await staying.commit(new Map([[name, [1, 1, 1, 1]]]));
    })();
    for (let time = 0; time < 3; time++) {
      const passing = await join();
      await passing.commit(new Map([[name, [1, 1, 1, 1]]]));
      await passing.close();
    }
    coming = false;
    await committing;
    await vi.waitFor(async () => expect(await staying.commit(new Map([[name, [1, 1, 1, 1]]]))).toBe(true), 10_000);
  });

  it('holds back what is not asked for yet: fetching stops until the reader has caught up', async () => {
    const name = await topic(kafka.unique('flood'), 1);
    const producer = await cluster.produce();
    await producer.send(outgoing(name, 30_000));
    const consumer = await cluster.consume({ groupId: kafka.unique('flood'), topics: [name], from: 'beginning' });
    expect(await read(consumer, 30_000)).toHaveLength(30_000);
  });
});

describe('parseBrokers', () => {
  it('takes a list', () => {
    expect(parseBrokers('a:9092, 10.0.0.1:1,[::1]:65535')).toEqual(['a:9092', '10.0.0.1:1', '[::1]:65535']);
  });

  it.each(['', 'a', 'a:', 'a:0', 'a:65536', ':9092', 'a:9092,', 'http://a:9092'])('refuses "%s"', (list) => {
    expect(() => parseBrokers(list)).toThrow('is not of the form host:port');
  });
});
