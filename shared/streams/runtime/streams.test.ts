import { beforeAll, expect, it, vi } from 'vitest';
import { type Registry, startRegistry } from '#shared/embedded/registry';
import { KitError } from '#shared/errors';
import { type Cluster, connectCluster } from '#shared/kafka';
import { connectSchemas, defineTopic, type Schemas, type Topic } from '#shared/schema';
import { describeOnEachKafka } from '#shared/testing';
import { StreamsBuilder } from '../streams-builder.js';
import { type KafkaStreams, type StreamsConfig, startStreams } from './streams.js';

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
    return { name, produce, start, readUntil };
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
      new RegExp(`^Processing ${name}\\.orders-\\d at offset \\d+: seven$`),
    );
    await streams.close();
  });

  it('ends with the reason when there is nowhere for a record that fails', async () => {
    const { name, produce, start } = await setUp('strict', () => {
      throw new TypeError('always');
    });
    const streams = await start({ strict: true });
    await produce(0, 1);
    await expect(streams.finished).rejects.toThrow(new RegExp(`Processing ${name}\\.orders-\\d at offset 0: .*always`));
    await expect(streams.finished).rejects.toBeInstanceOf(KitError);
    expect(streams.state).toBe('ERROR');
  });
});
