import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { connectCluster } from '#shared/kafka';
import { type ProgramProcess, startProgram } from '#shared/testing';

/** The command is started twenty times, on a machine that has other things to do. */
const PATIENCE_MS = 400_000;
const patience = { timeout: 90_000, interval: 200 };

/** A demo as a whole on a broker of its own, and the command in another terminal. */
async function demoWithCommand(report: string) {
  const options = ['--broker-port', '0', '--rate', '40', '--headless', '--monitoring', 'off', '--report', report];
  const demo = startProgram('demos/titanic/demo.js', options);
  const registry = await demo.said(/Registry {5}(http:\S+)/);
  const brokers = await demo.said(/embedded Kafka at (\S+)/);
  const fault = async (...args: string[]): Promise<{ readonly code: number | string; readonly text: string }> => {
    await using command = startProgram('shared/commands/fault.js', [
      ...args,
      '--brokers',
      brokers,
      '--registry',
      registry,
    ]);
    const code = await command.exited;
    return { code, text: command.stdout() + command.stderr() };
  };
  return { demo, brokers, fault };
}

/** How many records of the main input a fault has made, and how many there are. */
async function poisonOn(brokers: string): Promise<number> {
  const topic = 'titanic.passengers';
  const cluster = await connectCluster({ brokers: [brokers], clientId: 'test' });
  const ends = (await cluster.endOffsets([topic])).get(topic) ?? [];
  const reader = await cluster.reader({ isolation: 'read_committed' });
  reader.seek(ends.map((_, partition) => ({ topic, partition, offset: 0 })));
  let poison = 0;
  while (ends.some((end, partition) => (reader.position({ topic, partition }) ?? 0) < end)) {
    for (const { records } of await reader.poll(500)) {
      poison += records.filter(({ headers }) => String(headers.fault) === 'poison-records').length;
    }
  }
  for (const { records } of await reader.poll(0)) {
    poison += records.filter(({ headers }) => String(headers.fault) === 'poison-records').length;
  }
  await cluster.close();
  return poison;
}

const isSaid = (demo: ProgramProcess, text: string): Promise<boolean> =>
  vi.waitUntil(() => demo.stdout().includes(text), patience);

describe('npm run fault', () => {
  it(
    'switches each fault of a running demo, hears that it is obeyed, and nothing is lost by any of them',
    async () => {
      const report = join(tmpdir(), `fault-${process.pid}.json`);
      const { demo, brokers, fault } = await demoWithCommand(report);
      await using _ = demo;
      const all = await fault();
      expect([all.code, all.text.match(/ off$/gm)]).toEqual([0, Array.from({ length: 7 }, () => ' off')]);

      for (const name of ['poison-records', 'late-data', 'drift']) {
        expect(await fault(name, 'on')).toMatchObject({
          code: 0,
          text: expect.stringContaining('by 1 of 1 producer.'),
        });
      }
      expect((await fault('drift')).text).toMatch(/drift +on, for \d+ s more, taken up by 1 of 1/);
      await vi.waitUntil(async () => (await poisonOn(brokers)) >= 3, patience);
      for (const name of ['poison-records', 'late-data', 'drift']) expect((await fault(name, 'off')).code).toBe(0);
      const poison = await poisonOn(brokers);

      expect((await fault('slow-scorer', 'on', '--for', '3')).text).toContain('Taken up by 1 of 1 scorer.');
      expect((await fault('killed-scorer', 'on', '--for', '2')).text).toMatch(/The scorer \S+ has taken it up\./);
      await isSaid(demo, 'scores in its place.');

      // A scorer that has just come in another's place may have other things to do for longer than the command waits.
      expect((await fault('bad-model', 'on')).text).toMatch(
        /Scorer \S+ serves titanic-logistic 1-turned\.|Not heard yet of what \S+ made of it\./,
      );
      await vi.waitUntil(async () => (await fault('bad-model')).text.includes('on: 1 of 1 scorers serve it'), patience);
      expect((await fault('bad-model', 'on')).text).toContain('It was on already.');
      expect((await fault('bad-model', 'off')).text).toMatch(/Scorer \S+ serves titanic-logistic 1\./);

      expect(await fault('lost-broker', 'on', '--for', '20')).toMatchObject({
        code: 0,
        text: expect.stringContaining('Taken up by 1 of 1 demo.'),
      });
      expect((await fault('lost-broker')).code).toBe(1);
      await vi.waitUntil(async () => (await fault('lost-broker')).code === 0, patience);

      demo.signal('SIGTERM');
      expect([await demo.exited, demo.stderr()]).toEqual([0, '']);
      const { records } = JSON.parse(await readFile(report, 'utf8'));
      expect(records).toMatchObject({ lost: 0, duplicated: 0, deadLettered: poison });
      expect(records.scored).toBe(records.produced - poison);
    },
    PATIENCE_MS,
  );

  it('says whom it did not find', async () => {
    await using command = startProgram('shared/commands/fault.js', ['drift', 'on', '--brokers', '127.0.0.1:1']);
    expect(await command.exited).toBe(1);
    expect(command.stderr()).toMatch(/^Connecting to Kafka at 127.0.0.1:1: no broker answered/);
  });
});
