import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { startBroker } from '#shared/embedded/broker';
import { type ClusterConfig, connectCluster } from './index.js';

/** A broker with one topic, and a cluster connected to it. */
async function setUp(config: Partial<ClusterConfig> = {}) {
  const broker = await startBroker({ port: 0 });
  const cluster = await connectCluster({ brokers: [broker.address], clientId: 'test', ...config });
  await cluster.ensureTopics([{ name: 'topic', partitions: 1, config: {} }]);
  return { broker, cluster };
}

describe('connectCluster', () => {
  it('says that nobody answers', async () => {
    await expect(connectCluster({ brokers: ['127.0.0.1:1'], clientId: 'test' })).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: expect.stringMatching(/^Connecting to Kafka at 127.0.0.1:1: no broker answered \(.*ECONNREFUSED/),
    });
  });

  it('says so within 6 s where somebody listens and stays silent, and leaves no connection behind', async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => sockets.delete(socket));
      socket.resume();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    // A server that was asked for a TCP address has one.
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const begun = Date.now();
    await expect(connectCluster({ brokers: [address], clientId: 'test' })).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: `Connecting to Kafka at ${address}: no broker answered (nothing came within 5 s). Check the address, and that the broker is running.`,
    });
    expect(Date.now() - begun).toBeLessThan(6_000);
    await vi.waitFor(() => expect(sockets.size).toBe(0));
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('the patience of a cluster', () => {
  // Less than those take who are told of none.
  const WITHIN_MS = 20_000;

  it(
    'is that of whoever writes, reads or is a member',
    async () => {
      const { broker, cluster } = await setUp({ patienceMs: 1_000 });
      const producer = await cluster.produce();
      const reader = await cluster.reader({ isolation: 'read_committed' });
      reader.seek([{ topic: 'topic', partition: 0, offset: 0 }]);
      const onLost = vi.fn();
      const member = await cluster.joinGroup({
        groupId: 'group',
        topics: ['topic'],
        assignor: { name: 'none', version: 1, userData: () => Buffer.alloc(0), assign: () => new Map() },
        onAssigned: () => undefined,
        onLost,
      });
      await broker.close();
      const unreachable = { code: 'cluster-unreachable' };
      const polling = (async () => {
        for (;;) await reader.poll(1_000);
      })();
      await Promise.all([
        expect(producer.send([{ topic: 'topic', key: null, value: null, timestamp: 0 }])).rejects.toMatchObject(
          unreachable,
        ),
        expect(polling).rejects.toMatchObject(unreachable),
        vi.waitFor(() => expect(onLost).toHaveBeenCalledWith(expect.objectContaining(unreachable)), WITHIN_MS),
      ]);
      await member.close();
      await cluster.close();
    },
    WITHIN_MS,
  );
});

describe('a consumer whose broker is gone', () => {
  it('is not made, and says why, when the group cannot be joined in time', async () => {
    const { broker, cluster } = await setUp();
    await broker.close();
    const joining = cluster.consume({ groupId: 'group', topics: ['topic'], from: 'beginning', joinWithinMs: 1_000 });
    await expect(joining).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: expect.stringMatching(
        /^Reading topic as a member of group: the group was not joined within 1 s \(.*ECONNREFUSED.*\)\. Check that/,
      ),
    });
    await cluster.close();
  });

  it('ends polling, and can be closed', async () => {
    const { broker, cluster } = await setUp();
    const consumer = await cluster.consume({ groupId: 'group', topics: ['topic'], from: 'beginning', silentMs: 1_000 });
    await broker.close();
    const polling = (async () => {
      for (;;) await consumer.poll(1_000);
    })();
    await expect(polling).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: expect.stringMatching(/^Reading from Kafka stopped: nothing was heard from the cluster for \d+ s/),
    });
    await consumer.close();
    await cluster.close();
  });

  it('reads on when the cluster answers after all', async () => {
    const { broker, cluster } = await setUp();
    const producer = await cluster.produce();
    // Shorter than the broker takes to answer a fetch of an empty topic: silence alone is no reason.
    const consumer = await cluster.consume({ groupId: 'group', topics: ['topic'], from: 'beginning', silentMs: 20 });
    for (let round = 0; round < 5; round++) expect(await consumer.poll(100)).toBeUndefined();
    await producer.send([{ topic: 'topic', key: null, value: Buffer.from('value'), timestamp: 0 }]);
    expect((await consumer.poll(5_000))?.records).toHaveLength(1);
    await cluster.close();
    await broker.close();
  });
});

describe('a reader of partitions whose broker is gone', () => {
  it('ends polling, and can be closed', async () => {
    const { broker, cluster } = await setUp();
    const reader = await cluster.reader({ isolation: 'read_committed', silentMs: 1_000 });
    reader.seek([{ topic: 'topic', partition: 0, offset: 0 }]);
    await reader.poll(100);
    await broker.close();
    const polling = (async () => {
      for (;;) await reader.poll(1_000);
    })();
    await expect(polling).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: expect.stringMatching(/^Reading from Kafka stopped: nothing was heard from the cluster for \d+ s/),
    });
    await reader.close();
    await cluster.close();
  });

  it('has nothing to say while it has nothing to read', async () => {
    const { broker, cluster } = await setUp();
    const reader = await cluster.reader({ isolation: 'read_committed', silentMs: 20 });
    for (let round = 0; round < 3; round++) expect(await reader.poll(100)).toEqual([]);
    await cluster.close();
    await broker.close();
  });
});

describe('a group member whose broker is gone', () => {
  const options = {
    groupId: 'group',
    topics: ['topic'],
    assignor: { name: 'none', version: 1, userData: () => Buffer.alloc(0), assign: () => new Map() },
    onAssigned: () => undefined,
  };

  it('is not made, and says why, when the group cannot be joined in time', async () => {
    const { broker, cluster } = await setUp();
    await broker.close();
    const onLost = vi.fn();
    await expect(cluster.joinGroup({ ...options, onLost, joinWithinMs: 1_000 })).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: expect.stringMatching(
        /^Joining group for topic: the group was not joined within 1 s \(.*ECONNREFUSED.*\)\. Check that/,
      ),
    });
    expect(onLost).not.toHaveBeenCalled();
    await cluster.close();
  });

  it('is told so once, commits nothing any more, and can be closed', async () => {
    const { broker, cluster } = await setUp();
    const onLost = vi.fn();
    const member = await cluster.joinGroup({ ...options, onLost, silentMs: 1_000 });
    await broker.close();
    await vi.waitFor(() => expect(onLost).toHaveBeenCalledOnce(), 20_000);
    expect(onLost).toHaveBeenCalledWith(
      expect.objectContaining({
        code: 'cluster-unreachable',
        message: expect.stringMatching(/^Membership in group stopped: nothing was heard from the cluster for \d+ s/),
      }),
    );
    expect(await member.commit(new Map([['topic', [1]]]))).toBe(false);
    await member.close();
    await cluster.close();
  });
});
