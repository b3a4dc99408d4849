import { expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { connectCluster, type Producer } from '#shared/kafka';
import { offlineSchemas } from '#shared/schema';
import { startBrokerProgram } from '#shared/testing';
import { openDemoProducer } from './demo-producer.js';
import { sums } from './test-sums.js';

it('leaves no producer open where what it counts cannot be registered', async () => {
  await using pair = await startBrokerProgram();
  const cluster = await connectCluster({ brokers: [pair.brokers], clientId: 'test' });
  const opened: Producer[] = [];
  const counted = {
    ...cluster,
    async produce(): Promise<Producer> {
      const producer = await cluster.produce();
      opened.push(producer);
      return producer;
    },
  };
  let refuses = true;
  const offline = offlineSchemas();
  const schemas: typeof offline = {
    ...offline,
    async register(...args) {
      if (refuses) throw new KitError('cluster-unreachable', 'The registry refuses.');
      return offline.register(...args);
    },
  };
  const demo = { cluster: counted, schemas, topicName: ({ name }: { readonly name: string }) => name };
  const open = () => openDemoProducer(sums, demo, { monitoring: true });
  await expect(open()).rejects.toThrow('The registry refuses.');
  expect(opened).toEqual([]);
  refuses = false;
  await (await open()).close();
  expect(opened).toHaveLength(1);
  await cluster.close();
});
