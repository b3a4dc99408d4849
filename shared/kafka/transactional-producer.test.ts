import { beforeAll, expect, it, vi } from 'vitest';
import { describeOnEachKafka, makeTopic } from '#shared/testing';
import { type Cluster, type ConsumedRecord, connectCluster, type Membership, type OutgoingRecord } from './index.js';

await describeOnEachKafka('a transactional producer', (kafka) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await connectCluster({ brokers: [kafka.brokers], clientId: 'test' });
    return () => cluster.close();
  });

  const topic = (name: string, partitions = 1): Promise<string> => makeTopic(kafka, cluster, name, partitions);
  const record = (name: string, value: string, more: Partial<OutgoingRecord> = {}): OutgoingRecord => ({
    topic: name,
    key: null,
    value: Buffer.from(value),
    timestamp: 1_380_000_000_000,
    ...more,
  });
  /** Apache Kafka answers a commit when it is decided; readers see it a moment later. */
  const eventually = (holds: () => Promise<void>) => vi.waitFor(holds, { timeout: 10_000, interval: 20 });
  const begin = (id: string) => cluster.transactionalProducer({ transactionalId: kafka.unique(id) });

  /** All values of partition 0 up to its end as it is when this is called. */
  async function valuesOf(name: string, isolation: 'read_committed' | 'read_uncommitted'): Promise<string[]> {
    return (await recordsOf(name, isolation)).map(({ value }) => String(value));
  }

  async function recordsOf(name: string, isolation: 'read_committed' | 'read_uncommitted'): Promise<ConsumedRecord[]> {
    const reader = await cluster.reader({ isolation });
    const partition = { topic: name, partition: 0 };
    reader.seek([{ ...partition, offset: 0 }]);
    const records: ConsumedRecord[] = [];
    while (
      reader.knownEnd(partition) === undefined ||
      (reader.position(partition) ?? 0) < (reader.knownEnd(partition) ?? 0)
    ) {
      for (const chunk of await reader.poll(100)) records.push(...chunk.records);
    }
    for (const chunk of await reader.poll(0)) records.push(...chunk.records);
    await reader.close();
    return records;
  }

  it('shows what it has written to read_committed readers once it commits', async () => {
    const name = await topic('committed');
    const producer = await begin('committed');
    await producer.send([record(name, 'a'), record(name, 'b')]);
    expect(await valuesOf(name, 'read_uncommitted')).toEqual(['a', 'b']);
    expect(await valuesOf(name, 'read_committed')).toEqual([]);
    await producer.commit({ groupId: kafka.unique('nobody'), offsets: new Map() });
    await eventually(async () => expect(await valuesOf(name, 'read_committed')).toEqual(['a', 'b']));
  });

  it('never shows what it aborts', async () => {
    const name = await topic('aborted');
    const producer = await begin('aborted');
    await producer.send([record(name, 'no')]);
    await producer.abort();
    await producer.send([record(name, 'yes')]);
    await producer.commit({ groupId: kafka.unique('nobody'), offsets: new Map() });
    await producer.send([record(name, 'neither')]);
    await producer.close();
    await eventually(async () => expect(await valuesOf(name, 'read_committed')).toEqual(['yes']));
    expect(await valuesOf(name, 'read_uncommitted')).toEqual(['no', 'yes', 'neither']);
  });

  it('commits the consumed offsets together with the records', async () => {
    const name = await topic('offsets', 3);
    const groupId = kafka.unique('offsets');
    const producer = await begin('offsets');
    await producer.send([record(name, 'a', { partition: 1 })]);
    await producer.commit({ groupId, offsets: new Map([[name, [7, undefined, 9]]]) });
    expect((await cluster.committedOffsets(groupId, [name])).get(name)).toEqual([7, undefined, 9]);
    // Nothing written, offsets alone; and again in a transaction that has begun with them.
    await producer.commit({ groupId, offsets: new Map([[name, [8]]]) });
    await producer.send([record(name, 'b', { partition: 1 })]);
    await producer.abort();
    expect((await cluster.committedOffsets(groupId, [name])).get(name)).toEqual([8, undefined, 9]);
    await producer.commit({ groupId, offsets: new Map() });
  });

  it('shuts out an earlier producer of its id, and ends what that has left open', async () => {
    const name = await topic('fenced');
    const groupId = kafka.unique('fenced');
    const first = await begin('fenced');
    await first.send([record(name, 'first')]);
    const second = await begin('fenced');
    const fenced = expect.objectContaining({ code: 'producer-fenced' });
    await expect(first.commit({ groupId, offsets: new Map([[name, [1]]]) })).rejects.toEqual(fenced);
    await expect(first.send([record(name, 'late')])).rejects.toEqual(fenced);
    await expect(first.abort()).rejects.toEqual(fenced);
    await second.send([record(name, 'second')]);
    await second.commit({ groupId, offsets: new Map() });
    await eventually(async () => expect(await valuesOf(name, 'read_committed')).toEqual(['second']));
    expect((await cluster.committedOffsets(groupId, [name])).get(name)).toEqual([undefined]);
    await first.close();
  });

  it('is refused what it consumed as a member whom the group has gone on without, and goes on after an abort', async () => {
    const name = await topic('overtaken', 2);
    const groupId = kafka.unique('overtaken');
    const memberships: Membership[] = [];
    const join = (called: string) =>
      cluster.joinGroup({
        groupId,
        topics: [name],
        assignor: {
          name: 'all-to-the-first',
          version: 1,
          userData: () => Buffer.from(called),
          assign: (members) =>
            new Map(
              members.map(({ memberId }, at) => [memberId, { partitions: new Map([[name, at === 0 ? [0, 1] : []]]) }]),
            ),
        },
        onAssigned: (_assignment, membership) => memberships.push(membership),
        onLost: () => undefined,
      });
    const member = await join('one');
    const [first] = memberships;
    const producer = await begin('overtaken');
    // Written with what was consumed, and before it.
    await producer.send([record(name, 'a', { partition: 0 })]);
    await producer.commit({ groupId, offsets: new Map([[name, [1]]]), membership: first });
    const other = await join('two');
    await vi.waitFor(() => expect(memberships.length).toBeGreaterThanOrEqual(3), 10_000);
    const fenced = expect.objectContaining({
      code: 'producer-fenced',
      message: expect.stringContaining('without this member (ILLEGAL_GENERATION)'),
    });
    const sent = producer.send([record(name, 'b', { partition: 0 })]);
    await expect(producer.commit({ groupId, offsets: new Map([[name, [2]]]), membership: first })).rejects.toEqual(
      fenced,
    );
    await sent.catch(() => undefined);
    await expect(producer.send([record(name, 'c', { partition: 0 })])).rejects.toEqual(fenced);
    await producer.abort();
    await producer.send([record(name, 'd', { partition: 0 })]);
    const now = memberships.findLast(({ memberId }) => memberId === member.memberId);
    await producer.commit({ groupId, offsets: new Map([[name, [3]]]), membership: now });
    await eventually(async () => expect(await valuesOf(name, 'read_committed')).toEqual(['a', 'd']));
    expect((await cluster.committedOffsets(groupId, [name])).get(name)).toEqual([3, undefined]);
    await Promise.all([member.close(), other.close()]);
  });

  it('leaves word with the offsets of who has committed them', async () => {
    const name = await topic('committers', 3);
    const groupId = kafka.unique('committers');
    const all = new Map([[name, [0, 1, 2]]]);
    expect(await cluster.committers(groupId, all)).toEqual(new Set());
    const ids = ['one', 'two'].map((id) => kafka.unique(id));
    for (const [at, transactionalId] of ids.entries()) {
      const producer = await cluster.transactionalProducer({ transactionalId });
      await producer.commit({ groupId, offsets: new Map([[name, at === 0 ? [1, 1] : [undefined, 2]]]) });
    }
    await eventually(async () => expect(await cluster.committers(groupId, all)).toEqual(new Set(ids)));
    expect(await cluster.committers(groupId, new Map([[name, [1]]]))).toEqual(new Set(ids.slice(1)));
  });

  it('keeps the order of calls that are not awaited, within a transaction and across', async () => {
    const name = await topic('order');
    const producer = await begin('order');
    const groupId = kafka.unique('order');
    const calls: Promise<void>[] = [];
    for (let i = 0; i < 100; i += 1) {
      calls.push(producer.send([record(name, `${i}`)]));
      if (i % 10 === 3) calls.push(producer.commit({ groupId, offsets: new Map([[name, [i]]]) }));
      if (i % 10 === 7) calls.push(producer.abort());
    }
    calls.push(producer.commit({ groupId, offsets: new Map([[name, [100]]]) }));
    await Promise.all(calls);
    const expected = Array.from({ length: 100 }, (_, i) => i).filter((i) => ![4, 5, 6, 7].includes(i % 10));
    await eventually(async () => expect((await valuesOf(name, 'read_committed')).map(Number)).toEqual(expected));
    expect((await cluster.committedOffsets(groupId, [name])).get(name)).toEqual([100]);
  });

  it('writes large sends whole, by key as the Java client does, with headers as they are', async () => {
    const name = await topic('large', 4);
    const producer = await begin('large');
    const many = Array.from({ length: 3_000 }, (_, i) =>
      record(name, 'x'.repeat(400), { key: `key-${i}`, headers: { number: String(i), nothing: null } }),
    );
    await producer.send(many);
    await producer.commit({ groupId: kafka.unique('nobody'), offsets: new Map() });
    const plain = await cluster.produce();
    const reference = await topic('large-reference', 4);
    await plain.send(many.map((one) => ({ ...one, topic: reference })));
    const keys = async (of: string) => (await recordsOf(of, 'read_committed')).map(({ key }) => String(key));
    await eventually(async () => expect(await keys(name)).toEqual(await keys(reference)));
    const [first] = await recordsOf(name, 'read_committed');
    expect(first?.headers.nothing).toBeNull();
    expect(String(first?.key)).toBe(`key-${String(first?.headers.number)}`);
  });

  it('works under many ids at once', async () => {
    const name = await topic('many', 8);
    const groupId = kafka.unique('many');
    await Promise.all(
      Array.from({ length: 8 }, async (_, partition) => {
        const producer = await begin(`many-${partition}`);
        for (let round = 0; round < 10; round += 1) {
          await producer.send([record(name, `${round}`, { partition })]);
          const offsets: (number | undefined)[] = [];
          offsets[partition] = round;
          await producer.commit({ groupId, offsets: new Map([[name, offsets]]) });
        }
        await producer.close();
      }),
    );
    expect((await cluster.committedOffsets(groupId, [name])).get(name)).toEqual(Array.from({ length: 8 }, () => 9));
    await eventually(async () =>
      expect(await valuesOf(name, 'read_committed')).toEqual(Array.from({ length: 10 }, (_, round) => `${round}`)),
    );
  });

  it('can abort and go on after a record that the cluster refuses', async () => {
    const name = await topic('refused');
    const producer = await begin('refused');
    const groupId = kafka.unique('nobody');
    await producer.send([record(name, 'a')]);
    await expect(producer.send([record(name, 'x'.repeat(1_100_000))])).rejects.toMatchObject({ code: 'run-failed' });
    await expect(producer.commit({ groupId, offsets: new Map() })).rejects.toMatchObject({ code: 'run-failed' });
    await producer.abort();
    await producer.send([record(name, 'b')]);
    await producer.commit({ groupId, offsets: new Map() });
    await eventually(async () => expect(await valuesOf(name, 'read_committed')).toEqual(['b']));
  });

  it('says so where a topic is missing', async () => {
    const producer = await begin('missing');
    await expect(producer.send([record(kafka.unique('missing'), 'a')])).rejects.toMatchObject({
      code: 'topic-mismatch',
    });
  });
});
