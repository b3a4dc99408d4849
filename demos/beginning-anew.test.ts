import { describe, expect, it, vi } from 'vitest';
import { ControlFollower, ControlWriter } from '#shared/control';
import { startRegistry } from '#shared/embedded/registry';
import { connectCluster } from '#shared/kafka';
import { connectSchemas } from '#shared/schema';
import {
  type CommittedRecord,
  CommittedRecords,
  expectedIdsOf,
  openDemoSwitches,
  reportOn,
  startEmbeddedBroker,
  startProgram,
} from '#shared/testing';
import { demo as titanic } from './titanic/demo.js';

const PATIENCE_MS = 240_000;

/** What an open page knows of the demo now. */
async function stateOf(url: string) {
  const answer = await fetch(new URL('events', url));
  const reader = answer.body?.getReader();
  let text = '';
  try {
    for (;;) {
      const { value } = (await reader?.read()) ?? {};
      text += Buffer.from(value ?? []).toString();
      const data = /^event: state\ndata: (.+)\n\n/m.exec(text)?.[1];
      if (data !== undefined) return JSON.parse(data) as { run: string };
    }
  } finally {
    await reader?.cancel();
  }
}

describe('a demo that is to begin anew', () => {
  it(
    'empties its topics and begins with the first record of the first lap, at its own pace, under a page that stays',
    async () => {
      const options = ['--rate', '200', '--broker-port', '0', '--port', '0', '--report', '-'];
      await using program = startProgram('demos/titanic/demo.js', options);
      const url = await program.said(/Live page\s+(\S+)/);
      const brokers = await program.said(/on an embedded Kafka at ([\d.:]+)/);
      const registry = await program.said(/Registry\s+(http\S+)/);
      const cluster = await connectCluster({ brokers: [brokers], clientId: 'test' });
      await using switches = await openDemoSwitches('titanic', { brokers, registry });
      const predicted = async (least: number): Promise<CommittedRecord<{ readonly id: string }>[]> => {
        const records = await CommittedRecords.open(cluster, registry, titanic.topics.predictions);
        await records.until(({ length }) => length >= least);
        return [...records.records];
      };
      await predicted(300);
      const before = await stateOf(url);
      const { instance } = await switches.heartbeat(({ scoredTotal }) => scoredTotal > 0);
      const slow = await switches.writer.switchFault('slow-scorer', { on: true, by: 'test' });

      await switches.writer.askReset();
      await program.said(/The demo has begun anew\./);
      const again = (await predicted(20)).slice(0, 20).map(({ value }) => value.id);
      expect(new Set(again).size).toBe(again.length);
      // No later than that is predicted what would be the next record of the run before.
      expect(expectedIdsOf(titanic, 300)).toEqual(expect.arrayContaining(again));
      await vi.waitUntil(async () => (await stateOf(url)).run !== before.run, { timeout: 60_000 });
      await using anew = await openDemoSwitches('titanic', { brokers, registry });
      const second = await anew.heartbeat((status) => status.instance !== instance);
      expect(second.obeys).toEqual([expect.not.stringContaining(slow.id)]);
      await cluster.close();

      program.signal('SIGTERM');
      expect(await program.exited).toBe(0);
      expect(reportOn(program).records).toMatchObject({ deadLettered: 0, lost: 0, duplicated: 0 });
    },
    PATIENCE_MS,
  );

  it(
    'refuses that, by name, while a scorer that was started alone is at work on its topics, and goes on',
    async () => {
      await using program = startProgram('demos/titanic/demo.js', [
        '--rate',
        '50',
        '--broker-port',
        '0',
        '--port',
        '0',
      ]);
      const brokers = await program.said(/on an embedded Kafka at ([\d.:]+)/);
      const registry = await program.said(/Registry\s+(http\S+)/);
      const where = ['--brokers', brokers, '--registry', registry];
      await using lone = startProgram('demos/titanic/demo.js', ['--only', 'scorer', ...where]);
      await using switches = await openDemoSwitches('titanic', { brokers, registry });
      const { instance } = await switches.heartbeat((status) => status.instance.endsWith(`-${lone.pid}`));
      await using refused = startProgram('demos/reset.js', where);
      expect(await refused.exited).toBe(1);
      expect(refused.stderr()).toContain(
        `titanic does not begin anew: at work on it, started alone, is scorer ${instance}.`,
      );
      expect(program.stdout()).not.toContain('The demo begins anew');

      lone.signal('SIGTERM');
      expect(await lone.exited).toBe(0);
      await using obeyed = startProgram('demos/reset.js', where);
      expect(await obeyed.exited).toBe(0);
      expect(obeyed.stdout()).toContain('titanic has begun anew.');
    },
    PATIENCE_MS,
  );

  it(
    'obeys an order that came while it was starting',
    async () => {
      await using broker = await startEmbeddedBroker();
      const registry = await startRegistry({ port: 0 });
      const cluster = await connectCluster({ brokers: [broker.address], clientId: 'test' });
      const schemas = connectSchemas({ url: registry.url });
      const access = { cluster, schemas, topicName: ({ name }: { readonly name: string }): string => name };
      const where = ['--brokers', broker.address, '--registry', registry.url];
      const follower = await ControlFollower.start('titanic', access);
      await using program = startProgram('demos/titanic/demo.js', ['--rate', '50', '--port', '0', ...where]);
      await vi.waitUntil(() => follower.state.parts.size > 0, { timeout: PATIENCE_MS });
      const writer = await ControlWriter.open('titanic', access);
      await writer.askReset();
      await program.said(/The demo has begun anew\./);
      await writer.close();
      await follower.close();
      await cluster.close();
      await registry.close();
    },
    PATIENCE_MS,
  );
});
