import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { type Cluster, connectCluster } from '#shared/kafka';
import { projectFile } from '#shared/project-file';
import { connectSchemas } from '#shared/schema';
import { type ProgramProcess, startProgram } from '#shared/testing';
import { type Prediction, predictions } from './topics.js';

const original = fileURLToPath(projectFile('demos/flight-delay/model'));

/** The demo's model under another version, changed otherwise as well where that is asked for. */
function version(name: string, change: (card: Record<string, unknown>) => void = () => {}): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'model-')), 'model');
  cpSync(original, folder, { recursive: true });
  const card = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as Record<string, unknown>;
  card.version = name;
  change(card);
  writeFileSync(join(folder, 'model.json'), JSON.stringify(card));
  return folder;
}

/** A demo at work, and the commands that a user gives beside it. */
async function startDemo(...options: string[]) {
  const program = startProgram('demos/flight-delay/demo.js', ['--broker-port', '0', '--port', '0', ...options]);
  const brokers = await program.said(/embedded Kafka at ([\d.:]+)/);
  const registry = await program.said(/Registry\s+(http\S+)/);
  const where = ['--brokers', brokers, '--registry', registry];
  const model = async (command: string, ...args: string[]) => {
    await using run: ProgramProcess = startProgram(`shared/commands/model-${command}.js`, [...args, ...where]);
    return { code: await run.exited, said: `${run.stdout()}${run.stderr()}` };
  };
  const cluster: Cluster = await connectCluster({ brokers: [brokers], clientId: 'test' });
  return {
    program,
    where,
    model,
    publish: (folder: string, ...args: string[]) => model('publish', folder, '--demo', 'flight-delay', ...args),
    /** The predictions so far, decoded. */
    async predictions(): Promise<Prediction[]> {
      const decode = connectSchemas({ url: registry }).deserializer<Prediction>({ reader: predictions.schema });
      const [ends = []] = [(await cluster.endOffsets([predictions.name])).get(predictions.name)];
      const reader = await cluster.reader({ isolation: 'read_committed' });
      reader.seek(ends.map((_, partition) => ({ topic: predictions.name, partition, offset: 0 })));
      const read: Prediction[] = [];
      const isRead = (end: number, partition: number): boolean =>
        (reader.position({ topic: predictions.name, partition }) ?? 0) >= end;
      while (!ends.every(isRead)) {
        for (const { records } of await reader.poll(100)) {
          await decode.prepare(records.map(({ value }) => value));
          read.push(...records.map(({ value }) => decode.decode(value)));
        }
      }
      await reader.close();
      return read;
    },
    async metrics(): Promise<string> {
      const url = await program.said(/Live page\s+(http\S+)/);
      return (await fetch(new URL('metrics', url))).text();
    },
    async [Symbol.asyncDispose]() {
      await cluster.close();
      await program[Symbol.asyncDispose]();
    },
  };
}

it('exchanges its model while it runs: each flight once, with the version that scored it', async () => {
  await using demo = await startDemo('--rate', '300', '--report', '-');
  await demo.program.said(/Live page/);
  const published = await demo.publish(version('2'));
  expect(published).toMatchObject({ code: 0, said: expect.stringContaining('serves flight-delay-gbm 2.') });
  const back = await demo.model('rollback', '--demo', 'flight-delay');
  expect(back).toMatchObject({ code: 0, said: expect.stringContaining('serves flight-delay-gbm 1.') });
  expect(await demo.publish(version('4'))).toMatchObject({ code: 0 });
  // The scorer has the model when it says so; on a busy machine its next flights take a while.
  const read = await vi.waitUntil(async () => {
    const all = await demo.predictions();
    return all.some(({ modelVersion }) => modelVersion === '4') && all;
  }, 30_000);
  expect(new Set(read.map(({ id }) => id)).size).toBe(read.length);
  expect(new Set(read.map(({ modelVersion }) => modelVersion))).toEqual(new Set(['1', '2', '4']));
  demo.program.signal('SIGINT');
  expect(await demo.program.exited).toBe(0);
  const report = JSON.parse(demo.program.stdout()) as { model: object; records: Record<string, number> };
  const { records } = report;
  expect(report.model).toMatchObject({ name: 'flight-delay-gbm', version: '4' });
  expect(records).toMatchObject({ deadLettered: 0, lost: 0, duplicated: 0 });
  expect(records.scored).toBeGreaterThanOrEqual(read.length);
}, 180_000);

it('refuses a version that it cannot use: on the page, as a metric, in the list; and comes back with what served', async () => {
  await using demo = await startDemo('--rate', '200');
  await demo.program.said(/Live page/);
  expect(await demo.publish(version('2'))).toMatchObject({ code: 0 });
  const unusable = fileURLToPath(projectFile('shared/scoring/fixtures/sklearn-logistic-regression'));
  const refused = await demo.publish(unusable);
  expect(refused.code).toBe(1);
  expect(refused.said).toMatch(
    /refused it and goes on with flight-delay-gbm 2: .* The required input "\w+" is missing/,
  );
  await demo.program.said(/is refused as champion, flight-delay-gbm 2 goes on/);
  expect(await demo.metrics()).toContain('kafka_ml_model_refusals_total{demo="flight-delay",reason="model-invalid"} 1');
  expect((await demo.model('list')).said).toMatch(/flight-delay champion .*\n {2}refused by .*is missing/);
  // Killed, and started again beside the page.
  const scorer = Number(await demo.program.said(/scored by process (\d+)/));
  process.kill(scorer, 'SIGKILL');
  await demo.program.said(/The scorer is gone/);
  await using again = startProgram('demos/flight-delay/demo.js', ['--only', 'scorer', ...demo.where]);
  expect(await again.said(/Scoring flight-delay.flights with (.*);/)).toBe('flight-delay-gbm 2');
}, 180_000);

it('compares a challenger with what serves, and predicts nothing by it', async () => {
  await using demo = await startDemo('--rate', '200');
  await demo.program.said(/Live page/);
  const bold = version('3', (card) => {
    card.threshold = 0.1;
  });
  expect(await demo.publish(bold, '--as', 'challenger')).toMatchObject({
    code: 0,
    said: expect.stringContaining('scores with it beside flight-delay-gbm 1.'),
  });
  const metrics = await vi.waitUntil(async () => {
    const text = await demo.metrics();
    return Number(/compared_records\{[^}]*\} (\d+)/.exec(text)?.[1] ?? 0) > 200 && text;
  }, 30_000);
  expect(
    Number(/disagreement_ratio\{.*name="flight-delay-gbm",version="3"\} ([\d.]+)/.exec(metrics)?.[1]),
  ).toBeGreaterThan(0.2);
  expect(new Set((await demo.predictions()).map(({ modelVersion }) => modelVersion))).toEqual(new Set(['1']));
}, 180_000);

it.each<[string, string, string[], number, RegExp]>([
  ['no folder', 'publish', ['--demo', 'flight-delay'], 2, /^No model folder was named/],
  ['no demo', 'publish', [original], 2, /^No demo was named: give --demo NAME, one of .*flight-delay/],
  ['a demo that there is not', 'publish', [original, '--demo', 'flight-dealy'], 2, /did you mean flight-delay\?/],
  [
    'a role that there is not',
    'rollback',
    ['--demo', 'flight-delay', '--as', 'king'],
    2,
    /one of champion, challenger/,
  ],
  ['a folder without a model', 'publish', [tmpdir(), '--demo', 'flight-delay'], 2, /has no model.onnx/],
  ['no cluster', 'list', ['--brokers', '127.0.0.1:1'], 1, /`npm run broker`/],
])('says in a sentence what is wrong: %s', async (_, command, args, code, sentence) => {
  await using run = startProgram(`shared/commands/model-${command}.js`, args);
  expect(await run.exited).toBe(code);
  expect(run.stderr().trim().split('\n')).toEqual([expect.stringMatching(sentence)]);
});
