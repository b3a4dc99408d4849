import { Kafka, logLevel } from 'kafkajs';
import { expect, it } from 'vitest';
import { startBroker } from '#shared/embedded/broker';
import { startRegistry } from '#shared/embedded/registry';

const order = { type: 'record', name: 'Order', fields: [{ name: 'id', type: 'string' }] };

it('counts the orders of a topic', async () => {
  const broker = await startBroker({ port: 0, topics: [{ name: 'orders', partitions: 4 }] });
  const registry = await startRegistry({ port: 0 });
  const kafka = new Kafka({ brokers: [broker.address], logLevel: logLevel.ERROR });
  const producer = kafka.producer();
  const consumer = kafka.consumer({ groupId: 'counter' });
  try {
    const registered = await fetch(`${registry.url}/subjects/orders-value/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema: JSON.stringify(order) }),
    });
    expect(await registered.json()).toMatchObject({ id: 1 });

    await producer.connect();
    const messages = ['a', 'b', 'c'].map((id) => ({ key: id, value: JSON.stringify({ id }) }));
    await producer.send({ topic: 'orders', messages });

    const seen = new Set<string>();
    await consumer.connect();
    await consumer.subscribe({ topic: 'orders', fromBeginning: true });
    await new Promise<void>((resolve) => {
      void consumer.run({
        eachMessage: async ({ message }) => {
          seen.add(String(message.key));
          if (seen.size === 3) resolve();
        },
      });
    });
    expect(seen).toEqual(new Set(['a', 'b', 'c']));
  } finally {
    await consumer.disconnect();
    await producer.disconnect();
    await registry.close();
    await broker.close();
  }
});
