import { beforeAll, expect, it } from 'vitest';
import { type Registry, startRegistry } from '#shared/embedded/registry';
import { describeOnEachKafkaAlone, type ProgramProcess, startProgram } from '#shared/testing';

const PATIENCE_MS = 120_000;
const LAG =
  /^kafka_ml_consumer_lag_records\{demo="churn",group="lag\.churn\.scorer",topic="lag\.([^"]+)",partition="(\d+)"\} (\d+)$/gm;

await describeOnEachKafkaAlone('the lag of a scorer', (kafka) => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry({ port: 0 });
    return () => registry.close();
  });

  const churn = (...args: string[]): ProgramProcess => {
    const address = ['--brokers', kafka.brokers, '--registry', registry.url, '--namespace', 'lag'];
    return startProgram('demos/churn/demo.js', [...address, ...args]);
  };

  it(
    'grows while no scorer runs, and falls to 0 once one does',
    async () => {
      await using page = churn('--only', 'dashboard', '--port', '0');
      const url = await page.said(/The live page is at (\S+);/);
      const lags = async (): Promise<ReadonlyMap<string, number>> => {
        const text = await (await fetch(new URL('metrics', url))).text();
        const byTopic = new Map<string, number>();
        for (const [, topic = '', , lag] of text.matchAll(LAG)) {
          byTopic.set(topic, (byTopic.get(topic) ?? 0) + Number(lag));
        }
        return byTopic;
      };
      const patience = { timeout: PATIENCE_MS / 3 };
      await expect.poll(lags, patience).toEqual(
        new Map([
          ['churn.events', 0],
          ['churn.customers', 0],
        ]),
      );

      await using producer = churn('--only', 'producer', '--records', '700', '--rate', '0');
      expect([await producer.exited, producer.stderr()]).toEqual([0, '']);
      await expect.poll(async () => (await lags()).get('churn.events'), patience).toBe(700);
      expect((await lags()).get('churn.customers')).toBeGreaterThan(0);

      await using scorer = churn('--only', 'scorer');
      await scorer.said(/Scoring /);
      await expect.poll(async () => Math.max(...(await lags()).values()), patience).toBe(0);
    },
    PATIENCE_MS,
  );
});
