import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { expect, it } from 'vitest';
import { describeOnEachKafka } from '#shared/testing';
import { connectDemo } from './demo-cluster.js';
import { sums } from './test-sums.js';

await describeOnEachKafka('the topics of a demo', (kafka) => {
  it('of heartbeats and reports are compacted while they are written to: Kafka cuts none of them by size', async () => {
    const namespace = `${kafka.unique('newest')}.`;
    const address = { cluster: { brokers: [kafka.brokers] }, registry: { url: 'http://127.0.0.1:1' } };
    const demo = await connectDemo(sums, { namespace, verbose: false, monitoring: true }, address);
    await demo.cluster.close();

    const admin = new Kafka({ brokers: [kafka.brokers], logLevel: logLevel.NOTHING }).admin();
    const names = ['status', 'control', 'monitor-status', 'audit-reports', 'quality-reports', 'drift-reports'];
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name: `${namespace}sums.${name}` })),
    });
    await admin.disconnect();
    const told = resources.map(({ configEntries }) => {
      const values = new Map(configEntries.map(({ configName, configValue }) => [configName, configValue]));
      const value = (name: string): string | undefined => values.get(name);
      return [value('cleanup.policy'), Number(value('segment.bytes')), Number(value('min.cleanable.dirty.ratio'))];
    });
    expect(told).toEqual(names.map(() => ['compact', 1_048_576, 0.1]));
  });
});
