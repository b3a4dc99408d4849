import { describe, expect, it } from 'vitest';
import { openDemoSwitches, startBrokerProgram, startProgram } from '#shared/testing';

const PATIENCE_MS = 180_000;

describe('a page whose cluster hangs', () => {
  it(
    'says so on its page, its readiness and /metrics, waits, and is ready again when the cluster is',
    async () => {
      await using cluster = await startBrokerProgram();
      const address = ['--brokers', cluster.brokers, '--registry', cluster.registry];
      await using page = startProgram('demos/titanic/demo.js', ['--only', 'dashboard', '--port', '0', ...address]);
      await using scorer = startProgram('demos/titanic/demo.js', ['--only', 'scorer', ...address]);
      await scorer.said(/Scoring /);
      const url = await page.said(/The live page is at (\S+);/);
      const patience = { timeout: PATIENCE_MS / 3 };
      const up = async (): Promise<string | undefined> =>
        /^kafka_ml_cluster_up\{demo="titanic"\} (\d)$/m.exec(await (await fetch(new URL('metrics', url))).text())?.[1];
      const readiness = async (): Promise<string> => {
        const answer = await fetch(new URL('readyz', url));
        return `${answer.status} ${(await answer.text()).trim()}`;
      };
      await expect.poll(readiness, patience).toMatch(/^200 /);
      expect(await up()).toBe('1');

      cluster.signal('SIGSTOP');
      await expect.poll(up, patience).toBe('0');
      expect(await readiness()).toMatch(/^503 not ready: the cluster has not answered for \d+ s$/);
      await page.said(/The cluster does not answer; the page waits for it for more than a minute\./);

      cluster.signal('SIGCONT');
      await page.said(/The cluster answers again, after \d+ s\./);
      await expect.poll(readiness, patience).toMatch(/^200 /);
      expect(await up()).toBe('1');
      page.signal('SIGTERM');
      expect([await page.exited, page.stderr()]).toEqual([0, '']);
    },
    PATIENCE_MS,
  );

  it(
    'ends within the time that any program is given to end',
    async () => {
      await using cluster = await startBrokerProgram();
      const address = ['--brokers', cluster.brokers, '--registry', cluster.registry];
      const start = () => startProgram('demos/titanic/demo.js', ['--only', 'dashboard', '--port', '0', ...address]);
      await using page = start();
      await using other = start();
      const url = await page.said(/The live page is at (\S+);/);
      await other.said(/The live page is at (\S+);/);
      cluster.signal('SIGSTOP');
      for (const each of [page, other]) await each.said(/The cluster does not answer/);
      page.signal('SIGTERM');
      // A page gives such a cluster up by itself in the end, as the other one does that nobody has asked to end.
      const ended = [page.exited.then(() => 'told to'), other.exited.then(() => 'by itself')];
      expect(await Promise.race(ended)).toBe('told to');
      await expect(fetch(url)).rejects.toThrow();
      cluster.signal('SIGCONT');
    },
    PATIENCE_MS,
  );
});

describe('a demo whose own broker is away', () => {
  it(
    'ends when it is told to, with what was on its way accounted for',
    async () => {
      const options = ['--rate', '100', '--broker-port', '0', '--port', '0', '--report', '-'];
      await using program = startProgram('demos/titanic/demo.js', options);
      await program.said(/Pace /);
      const brokers = await program.said(/on an embedded Kafka at ([\d.:]+)/);
      const registry = await program.said(/Registry\s+(http\S+)/);
      const switches = await openDemoSwitches('titanic', { brokers, registry });
      await switches.heartbeat(({ scoredTotal }) => scoredTotal > 100);
      await switches.writer.switchFault('lost-broker', { on: true, forMs: 60_000, by: 'test' });
      await program.said(/The cluster does not answer/);
      program.signal('SIGTERM');
      expect(await program.exited).toBe(0);
      expect(JSON.parse(program.stdout()).records).toMatchObject({ lost: 0, duplicated: 0 });
      await switches[Symbol.asyncDispose]();
    },
    PATIENCE_MS,
  );
});
