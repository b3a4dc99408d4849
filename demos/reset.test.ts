import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Cluster, connectCluster } from '#shared/kafka';
import { projectFile } from '#shared/project-file';
import { type BrokerProgram, describeOnEachKafkaAlone, startBrokerProgram, startProgram } from '#shared/testing';

/** Seven programs, one after the other, on a machine that has other things to do. */
const PATIENCE_MS = 300_000;

await describeOnEachKafkaAlone('Reset', (kafka) => {
  let pair: BrokerProgram;
  let cluster: Cluster;
  let where: string[];
  let namespace: string;

  beforeAll(async () => {
    // Its registry; on the embedded broker's side another broker would do as well.
    pair = await startBrokerProgram();
    cluster = await connectCluster({ brokers: [kafka.brokers], clientId: 'test' });
    namespace = `${kafka.unique('reset')}.`;
    where = ['--brokers', kafka.brokers, '--registry', pair.registry, '--namespace', namespace];
  });
  afterAll(async () => {
    await cluster.close();
    await pair[Symbol.asyncDispose]();
  });

  const reset = async (...options: string[]): Promise<string> => {
    await using program = startProgram('demos/reset.js', [...where, ...options]);
    const exit = await program.exited;
    return `${exit}: ${program.stdout()}${program.stderr()}`.trim();
  };
  const topics = async (): Promise<readonly string[]> =>
    (await cluster.topicNames()).filter((name) => name.startsWith(namespace));
  const run = async (): Promise<unknown> => {
    const counted = ['--records', '300', '--rate', '0', '--headless', '--report', '-'];
    await using program = startProgram('demos/flight-delay/demo.js', [...where, ...counted]);
    expect([await program.exited, program.stderr()]).toEqual([0, expect.any(String)]);
    return JSON.parse(program.stdout()).records;
  };

  it(
    'leaves nothing of earlier runs, unless somebody is at work: then nothing is touched, and who it is is said',
    async () => {
      expect(await reset()).toBe('0: Nothing of churn, flight-delay, telco-anomaly, titanic is there.');
      const first = await run();
      await using publish = startProgram('shared/commands/model-publish.js', [
        fileURLToPath(projectFile('demos/flight-delay/model')),
        '--demo',
        'flight-delay',
        ...where,
      ]);
      expect(await publish.exited).toBe(0);
      await using scorer = startProgram('demos/flight-delay/demo.js', ['--only', 'scorer', ...where]);
      await scorer.said(/^Scoring/m);
      const before = await topics();
      expect(before).toEqual(
        expect.arrayContaining([
          `${namespace}flight-delay.flights`,
          `${namespace}flight-delay.control`,
          `${namespace}flight-delay.scorer-weather-changelog`,
        ]),
      );
      const refused = new RegExp(
        `^1: flight-delay is at work: scorer [^ ]+-${scorer.pid}\\. End what is at work first, where it was started\\.$`,
      );
      expect(await reset()).toMatch(refused);
      expect(await topics()).toEqual(before);
      scorer.signal('SIGTERM');
      expect(await scorer.exited).toBe(0);

      expect(await reset()).toBe(
        `0: flight-delay: ${before.length - 1} topics deleted, with what its groups had committed; ` +
          'no longer published: flight-delay-gbm 1 as champion.',
      );
      expect(await topics()).toEqual([`${namespace}models`]);
      // The same flights with the same ids: none is known of an earlier run, and none is on the topics.
      expect(await run()).toEqual(first);
    },
    PATIENCE_MS,
  );
});

it(
  'has a demo that runs as a whole begin anew, and says so when it has',
  async () => {
    await using demo = startProgram('demos/titanic/demo.js', ['--rate', '100', '--broker-port', '0', '--port', '0']);
    const brokers = await demo.said(/embedded Kafka at ([\d.:]+)/);
    const registry = await demo.said(/Registry\s+(http\S+)/);
    const cluster = await connectCluster({ brokers: [brokers], clientId: 'test' });
    const passengers = async (): Promise<number> => {
      const ends = (await cluster.endOffsets(['titanic.passengers'])).get('titanic.passengers') ?? [];
      return ends.reduce((total, end) => total + end, 0);
    };
    await vi.waitUntil(async () => (await passengers()) > 1_000, PATIENCE_MS);
    await using reset = startProgram('demos/reset.js', ['--brokers', brokers, '--registry', registry]);
    expect([await reset.exited, reset.stdout(), reset.stderr()]).toEqual([0, 'titanic has begun anew.\n', '']);
    await demo.said(/The demo has begun anew\./);
    expect(await passengers()).toBeLessThan(1_000);
    await vi.waitUntil(async () => (await passengers()) > 0, PATIENCE_MS);
    await cluster.close();
  },
  PATIENCE_MS,
);

it('says what is wrong with its command line', async () => {
  await using program = startProgram('demos/reset.js', ['--demo', 'titanik']);
  expect([await program.exited, program.stderr()]).toEqual([
    2,
    '--demo is "titanik"; it must be one of churn, flight-delay, telco-anomaly, titanic, or all.\n',
  ]);
});
