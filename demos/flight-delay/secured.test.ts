import { expect, it } from 'vitest';
import { type Cluster, connectCluster, parseBrokers, securityFromEnvironment } from '#shared/kafka';
import { describeOnSecuredCluster, type ProgramProcess, startProgram } from '#shared/testing';
import { departures, flights, outcomes, predictions, weather } from './topics.js';

/** What is slow alone, and slower where another cluster is started beside it. */
const PATIENCE_MS = 240_000;

const demo = (args: readonly string[], env: NodeJS.ProcessEnv): ProgramProcess =>
  startProgram('demos/flight-delay/demo.js', args, env);

await describeOnSecuredCluster('the flight-delay demo', (secured) => {
  type Environment = ReturnType<typeof secured.environment>;
  const connect = (env: Environment): Promise<Cluster> =>
    connectCluster({ brokers: parseBrokers(env.KAFKA_BROKERS), clientId: 'test', ...securityFromEnvironment(env) });

  it(
    'finds cluster, registry and its user in the environment, and uses the topics that are there',
    async () => {
      const env = secured.environment('scram-sha-512');
      const cluster = await connect(env);
      // All of them: what is joined must have as many partitions.
      const inputs = [flights, departures, outcomes, weather];
      await cluster.ensureTopics(inputs.map(({ name }) => ({ name, partitions: 6, config: {} })));
      await using program = demo(['--records', '500', '--rate', '0', '--headless', '--report', '-'], env);
      expect([await program.exited, program.stderr()]).toEqual([0, expect.stringContaining('500 flights produced')]);
      const report: unknown = JSON.parse(program.stdout());
      expect(report).toMatchObject({
        mode: 'cluster',
        guarantee: 'exactly_once',
        records: { produced: 500, deadLettered: 0, lost: 0, duplicated: 0 },
        urls: { brokers: env.KAFKA_BROKERS, registry: env.SCHEMA_REGISTRY_URL },
      });
      expect(await cluster.partitionCounts([flights.name, predictions.name])).toEqual(
        new Map([
          [flights.name, 6],
          [predictions.name, predictions.partitions],
        ]),
      );
      await cluster.close();
      const said = program.stdout() + program.stderr();
      expect(said).not.toContain(env.KAFKA_SASL_PASSWORD);
      expect(said).not.toContain(env.SCHEMA_REGISTRY_PASSWORD);
    },
    PATIENCE_MS,
  );

  it(
    'works in parts: a scorer of its own, and addresses from the command line',
    async () => {
      const { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registry, ...env } = secured.environment('plain');
      const addresses = ['--brokers', brokers, '--registry', registry, '--namespace', 'parts'];
      await using scorer = demo(['--only', 'scorer', ...addresses], env);
      await scorer.said(/Scoring parts\./);
      await using producer = demo(['--only', 'producer', '--records', '50', '--rate', '0', ...addresses], env);
      expect([await producer.exited, producer.stderr()]).toEqual([0, '']);
      const cluster = await connect(secured.environment('plain'));
      const reader = await cluster.consume({
        groupId: 'parts.reader',
        topics: [`parts.${predictions.name}`],
        from: 'beginning',
      });
      let found = 0;
      while (found < 50) found += (await reader.poll(1_000))?.records.length ?? 0;
      await cluster.close();
      scorer.signal('SIGTERM');
      expect([await scorer.exited, scorer.stderr()]).toEqual([0, '']);
    },
    PATIENCE_MS,
  );

  it.each([
    [
      'password',
      { KAFKA_SASL_PASSWORD: 'guessed' },
      1,
      /refuses the credentials of plain-user .* KAFKA_SASL_PASSWORD\.$/,
    ],
    [
      'password for the registry',
      { SCHEMA_REGISTRY_PASSWORD: 'guessed' },
      1,
      /refuses \(401: .*SCHEMA_REGISTRY_PASSWORD/,
    ],
    [
      'authority for the registry',
      { SCHEMA_REGISTRY_CA: '' },
      1,
      /is not trusted \(self-signed .*\); set SCHEMA_REGISTRY_CA/,
    ],
    ['connection: in the open', { KAFKA_SSL: 'false' }, 1, /the broker ended the connection\. .*KAFKA_SSL=true/],
    ['mechanism', { KAFKA_SASL_MECHANISM: 'kerberos' }, 2, /KAFKA_SASL_MECHANISM is "kerberos"; it must be plain, /],
  ])(
    'gives up by itself, and says in one sentence what is wrong: the %s',
    async (_what, changed, code, sentence) => {
      await using scorer = demo(['--only', 'scorer'], { ...secured.environment('plain'), ...changed });
      expect([await scorer.exited, scorer.stdout()]).toEqual([code, '']);
      expect(scorer.stderr().trim()).toMatch(sentence);
      expect(scorer.stderr().trim().split('\n')).toHaveLength(1);
    },
    PATIENCE_MS,
  );

  it(
    'runs embedded as ever where the environment knows a user, but no cluster',
    async () => {
      const { KAFKA_BROKERS: _brokers, SCHEMA_REGISTRY_URL: _registry, ...env } = secured.environment('plain');
      const args = ['--records', '50', '--rate', '0', '--headless', '--report', '-', '--broker-port', '0'];
      await using program = demo(args, env);
      expect([await program.exited, program.stderr()]).toEqual([0, expect.stringContaining('50 flights produced')]);
    },
    PATIENCE_MS,
  );
});
