import { describe, expect, it } from 'vitest';
import { missingForKafkaJars } from './kafka-jars.js';
import { startKafkaProcess } from './kafka-process.js';

// Where an engine answers, the suites run in a container; the other way is to work nevertheless.
const missing = await missingForKafkaJars();
if (missing !== undefined) console.warn(`Skipped: Apache Kafka from its jars, because ${missing}.`);

describe.skipIf(missing !== undefined)('Apache Kafka from its jars', () => {
  it('refuses settings that Kafka refuses', async () => {
    await expect(startKafkaProcess({ 'num.io.threads': '0' })).rejects.toMatchObject({
      code: 'run-failed',
      message: expect.stringMatching(/^Making the data folder of Apache Kafka: .*num\.io\.threads/s),
    });
  }, 60_000);

  it('says with the end of its log why it did not start', async () => {
    await expect(startKafkaProcess({ 'metric.reporters': 'no.such.Reporter' })).rejects.toMatchObject({
      code: 'run-failed',
      message: expect.stringMatching(/it ended \(exit code 1\).*The end of its log:.*no\.such\.Reporter/s),
    });
  }, 60_000);
});
