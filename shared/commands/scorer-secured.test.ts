import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connectCluster, parseBrokers, securityFromEnvironment } from '#shared/kafka';
import { describeOnSecuredCluster, startProgram, writeSumModel } from '#shared/testing';

/** What is slow alone, and slower where another cluster is started beside it. */
const PATIENCE_MS = 90_000;

await describeOnSecuredCluster('npm run scorer', (secured) => {
  it(
    'finds cluster, registry and its user in the environment, and ends with Ctrl-C',
    async () => {
      const dir = mkdtempSync(join(tmpdir(), 'scorer-secured-'));
      const env = secured.environment('scram-sha-512');
      const cluster = await connectCluster({
        brokers: parseBrokers(env.KAFKA_BROKERS),
        clientId: 'test',
        ...securityFromEnvironment(env),
      });
      await cluster.ensureTopics([{ name: 'events', partitions: 2, config: {} }]);
      const args = ['--input', 'events', '--output', 'scored', '--model', writeSumModel(dir)];
      await using program = startProgram('shared/commands/scorer.js', args, env);
      await program.said(/Scoring events/);
      const reader = await cluster.consume({ groupId: 'scored.reader', topics: ['scored'], from: 'beginning' });
      const producer = await cluster.produce();
      const value = Buffer.from('{"a":1,"carrier":"UA"}');
      await producer.send([{ topic: 'events', key: 'k', value, timestamp: 1 }]);
      let keys: string[] = [];
      while (keys.length === 0) keys = ((await reader.poll(1_000))?.records ?? []).map(({ key }) => String(key));
      expect(keys).toEqual(['k']);
      expect(await cluster.partitionCounts(['scored'])).toEqual(new Map([['scored', 2]]));
      await cluster.close();
      program.signal('SIGINT');
      expect([await program.exited, program.stderr()]).toEqual([0, '']);
      rmSync(dir, { recursive: true, force: true });
    },
    PATIENCE_MS,
  );
});
