import { EventEmitter, once } from 'node:events';
import { beforeAll, expect, it, vi } from 'vitest';
import { type Registry, startRegistry } from '#shared/embedded/registry';
import { KitError } from '#shared/errors';
import {
  type Assignment,
  type Cluster,
  connectCluster,
  type GroupMember,
  type Membership,
  type OutgoingRecord,
} from '#shared/kafka';
import { connectSchemas, defineTopic, type Schemas, type Topic } from '#shared/schema';
import { describeOnEachKafka } from '#shared/testing';
import { StreamsBuilder } from '../dsl/streams-builder.js';
import { type KafkaStreams, startStreams } from './kafka-streams.js';
import type { StreamsConfig } from './streams-config.js';

interface Order {
  id: string;
  amount: number;
}

const order = (name: string): Topic<Order> =>
  defineTopic<Order>({
    name,
    partitions: 4,
    schema: {
      type: 'record',
      name: 'Order',
      fields: [
        { name: 'id', type: 'string' },
        { name: 'amount', type: 'int' },
      ],
    },
  });

await describeOnEachKafka('an application', (kafka) => {
  let registry: Registry;
  let cluster: Cluster;
  let schemas: Schemas;
  beforeAll(async () => {
    registry = await startRegistry({ port: 0 });
    cluster = await connectCluster({ brokers: [kafka.brokers], clientId: 'test' });
    schemas = connectSchemas({ url: registry.url });
    return async () => {
      await cluster.close();
      await registry.close();
    };
  });

  /** Topics of a test, an application that doubles amounts, and hands to write and to read. */
  async function setUp(
    test: string,
    mapper: (order: Order) => Order = (value) => ({ ...value, amount: value.amount * 2 }),
  ) {
    const name = kafka.unique(test);
    const [orders, doubled] = [order(`${name}.orders`), order(`${name}.doubled`)];
    const deadLetters = { name: `${name}.dead-letters` };
    await cluster.ensureTopics(
      [orders, doubled, { ...deadLetters, partitions: 1 }].map((topic) => ({ ...topic, config: {} })),
    );
    const serialize = await schemas.register(orders, orders.name);
    const producer = await cluster.produce();
    const produce = (from: number, count: number): Promise<void> =>
      producer.send(
        Array.from({ length: count }, (_, index) => {
          const id = `order-${from + index}`;
          return {
            topic: orders.name,
            key: id,
            value: serialize({ id, amount: from + index }),
            timestamp: from + index,
          };
        }),
      );
    const start = (config: Partial<StreamsConfig> & { strict?: true } = {}): Promise<KafkaStreams> => {
      const builder = new StreamsBuilder();
      builder.stream(orders).mapValues(mapper).to(doubled);
      return startStreams(builder.build(), {
        cluster,
        schemas,
        applicationId: `${name}.app`,
        ...(config.strict ? {} : { deadLetterTopic: deadLetters }),
        commitIntervalMs: 20,
        ...config,
      });
    };
    const reader = await cluster.consume({ groupId: `${name}.reader`, topics: [doubled.name], from: 'beginning' });
    const found = new Map<string, number[]>();
    const deserializer = schemas.deserializer<Order>();
    const readUntil = async (count: number): Promise<typeof found> => {
      while (found.size < count) {
        const records = (await reader.poll(5_000))?.records ?? [];
        await deserializer.prepare(records.map(({ value }) => value));
        for (const record of records) {
          const { id, amount } = deserializer.decode(record.value);
          found.set(id, [...(found.get(id) ?? []), amount]);
        }
      }
      return found;
    };
    return { name, orders, produce, start, readUntil };
  }

  it('processes every record of every partition once, and is RUNNING meanwhile', async () => {
    const { produce, start, readUntil } = await setUp('all');
    const states: string[] = [];
    const streams = await start({ onStateChange: (state) => states.push(state) });
    await produce(0, 2_000);
    const found = await readUntil(2_000);
    expect([...found].every(([id, amounts]) => amounts.length === 1 && `order-${(amounts[0] ?? 0) / 2}` === id)).toBe(
      true,
    );
    // A reader has a record before its writer has the acknowledgement, which is what counts as processed.
    await vi.waitFor(() => {
      expect(streams.metrics).toMatchObject({ processTotal: 2_000, assignedPartitions: 4 });
    });
    await streams.close();
    expect(states).toEqual(['REBALANCING', 'RUNNING', 'PENDING_SHUTDOWN', 'NOT_RUNNING']);
  });

  it('goes on where it had stopped: nothing lost, and nothing twice after an orderly end', async () => {
    const { produce, start, readUntil } = await setUp('restart');
    const first = await start();
    await produce(0, 500);
    await readUntil(500);
    await first.close();
    await produce(500, 500);
    const second = await start();
    const found = await readUntil(1_000);
    expect([...found.values()].every((amounts) => amounts.length === 1)).toBe(true);
    await second.close();
  });

  it('shares the work with a second instance, and loses nothing when one leaves in the middle', async () => {
    const { produce, start, readUntil } = await setUp('two');
    const first = await start();
    const second = await start();
    await vi.waitFor(() => {
      expect([first.metrics.assignedPartitions, second.metrics.assignedPartitions]).toEqual([2, 2]);
    }, 20_000);
    await produce(0, 1_000);
    await first.close();
    await produce(1_000, 1_000);
    expect((await readUntil(2_000)).size).toBe(2_000);
    await second.close();
  });

  it('commits nothing of a partition that has gone to another member while its outputs were on their way', async () => {
    const { orders, produce, start } = await setUp('taken');
    await produce(0, 100);
    const steps = new EventEmitter();
    const [sent, acknowledged] = [once(steps, 'sent'), once(steps, 'acknowledged')];
    const commits: { committed: number[]; assigned: readonly number[] }[] = [];
    let assigned: readonly number[] = [];
    // The real cluster, but for an acknowledgement that is late and a look at what is committed.
    const late: Cluster = {
      ...cluster,
      async produce() {
        const producer = await cluster.produce();
        const send = async (records: readonly OutgoingRecord[]): Promise<void> => {
          await producer.send(records);
          steps.emit('sent');
          await acknowledged;
        };
        return {
          send,
          place: (records) => producer.place(records),
          written: (partition) => producer.written(partition),
          close: () => producer.close(),
        };
      },
      async joinGroup(options) {
        const onAssigned = (assignment: Assignment, membership: Membership): void => {
          assigned = assignment.get(orders.name) ?? [];
          options.onAssigned(assignment, membership);
        };
        const member = await cluster.joinGroup({ ...options, onAssigned });
        const commit: GroupMember['commit'] = (offsets) => {
          const committed = Object.keys(offsets.get(orders.name) ?? []).map(Number);
          if (committed.length > 0) commits.push({ committed, assigned });
          return member.commit(offsets);
        };
        return {
          get memberId() {
            return member.memberId;
          },
          commit,
          close: () => member.close(),
        };
      },
    };
    const streams = await start({ cluster: late, processingGuarantee: 'at_least_once' });
    await sent;
    const other = await start({ processingGuarantee: 'at_least_once' });
    await vi.waitFor(() => expect(assigned).toHaveLength(2), 20_000);
    steps.emit('acknowledged');
    await vi.waitFor(() => expect(new Set(commits.flatMap(({ committed }) => committed))).toEqual(new Set(assigned)));
    expect(
      commits.filter((commit) => commit.committed.some((partition) => !commit.assigned.includes(partition))),
    ).toEqual([]);
    await streams.close();
    await other.close();
  });

  it.each(['exactly_once', 'at_least_once'] as const)(
    'commits what is done when a rebalance begins, so that the next owner does not do it again (%s)',
    async (processingGuarantee) => {
      const { produce, start } = await setUp(`handed-over-${processingGuarantee}`);
      const commitIntervalMs = processingGuarantee === 'exactly_once' ? 20 : 3_600_000;
      const streams = await start({ commitIntervalMs, processingGuarantee });
      await produce(0, 100);
      await vi.waitFor(() => expect(streams.metrics.processTotal).toBe(100), 10_000);
      const other = await start({ commitIntervalMs, processingGuarantee });
      await vi.waitFor(() => expect(other.metrics.assignedPartitions).toBe(2), 20_000);
      await produce(100, 100);
      await vi.waitFor(() => expect(streams.metrics.processTotal + other.metrics.processTotal).toBe(200), 10_000);
      expect(other.metrics.processTotal).toBeGreaterThan(0);
      await streams.close();
      await other.close();
      expect(streams.metrics.processTotal + other.metrics.processTotal).toBe(200);
    },
  );

  it('makes a dead letter of a record with a header without value', async () => {
    const { name, orders, start } = await setUp('null-header');
    const producer = await cluster.produce();
    const headers = { nothing: null };
    await producer.send([{ topic: orders.name, key: 'bad', value: Buffer.from('?'), timestamp: 0, headers }]);
    const streams = await start();
    const letters = await cluster.consume({
      groupId: `${name}.letters`,
      topics: [`${name}.dead-letters`],
      from: 'beginning',
    });
    const [letter] = (await letters.poll(10_000))?.records ?? [];
    expect(letter?.headers.nothing).toBeNull();
    await streams.close();
    await producer.close();
  });

  it('makes a dead letter of a record that fails, and commits past it', async () => {
    const { name, produce, start, readUntil } = await setUp('poison', (value) => {
      if (value.amount === 7) throw new TypeError('seven');
      return value;
    });
    const streams = await start();
    await produce(0, 10);
    await readUntil(9);
    const letters = await cluster.consume({
      groupId: `${name}.letters`,
      topics: [`${name}.dead-letters`],
      from: 'beginning',
    });
    const [letter] = (await letters.poll(5_000))?.records ?? [];
    expect(letter?.key?.toString()).toBe('order-7');
    expect(letter?.headers['__streams.errors.message']?.toString()).toMatch(
      new RegExp(`^Processing ${name}\\.orders-\\d at offset \\d+ in KSTREAM-MAPVALUES-0000000001: seven$`),
    );
    await streams.close();
  });

  it('ends with the reason when there is nowhere for a record that fails', async () => {
    const { name, produce, start } = await setUp('strict', () => {
      throw new TypeError('always');
    });
    const streams = await start({ strict: true });
    await produce(0, 1);
    await expect(streams.finished).rejects.toThrow(
      new RegExp(`Processing ${name}\\.orders-\\d at offset 0 in KSTREAM-MAPVALUES-0000000001: always`),
    );
    await expect(streams.finished).rejects.toBeInstanceOf(KitError);
    expect(streams.state).toBe('ERROR');
  });
});
