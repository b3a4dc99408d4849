import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { connectCluster } from '#shared/kafka';
import { projectFile } from '#shared/project-file';
import { readModelCard } from '#shared/scoring';
import { CommittedRecords, reportOn, specifyDemo, startProgram } from '#shared/testing';
import { demo } from './demo.js';
import { passengers, predictions } from './topics.js';

specifyDemo(demo, {
  run: {
    records: 1_309,
    counts: { produced: 1_309, filtered: 0, scored: 1_309 },
    // All 1,309 come aboard; the models are judged by the 245 that neither was trained on.
    quality: { n: 245, aucAbove: 0.86 },
  },
  paced: { records: 300, rate: 150 },
  unscorable: {
    schema: passengers.schema,
    value: {
      id: 'X1',
      boardedAt: Date.UTC(2012, 3, 10),
      name: 'Nobody, Mr.',
      sex: 'unknown',
      age: null,
      passengerClass: '3rd',
      siblingsSpouses: 0,
      parentsChildren: 0,
    },
    says: 'its "sex" is "unknown", which is none of female, male.',
  },
});

it('has the AUC of the card on the passengers who were held out, and counts them once, however many voyages there are', async () => {
  const args = ['--records', '2000', '--rate', '0', '--report', '-', '--broker-port', '0', '--headless'];
  await using program = startProgram('demos/titanic/demo.js', args);
  expect(await program.exited).toBe(0);
  const { records, quality } = reportOn(program);
  expect(records).toMatchObject({ produced: 2_000, scored: 2_000, lost: 0, duplicated: 0 });
  const card = await readModelCard(fileURLToPath(projectFile('demos/titanic/model')));
  expect(quality?.n).toBe(card.quality?.n);
  expect(quality?.auc).toBeCloseTo(Number(card.quality?.auc), 4);
});

it('lets another challenger vote while it runs, and its own again; each passenger has the vote of one of them', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'titanic-')), 'challenger');
  cpSync(fileURLToPath(projectFile('demos/titanic/challenger')), folder, { recursive: true });
  const card = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as object;
  writeFileSync(join(folder, 'model.json'), JSON.stringify({ ...card, version: '2' }));

  const args = ['--rate', '100', '--broker-port', '0', '--headless', '--report', '-'];
  await using program = startProgram('demos/titanic/demo.js', args);
  const brokers = await program.said(/embedded Kafka at ([\d.:]+)/);
  const registry = await program.said(/Registry\s+(http\S+)/);
  const model = async (...command: string[]): Promise<string> => {
    const [name, ...rest] = [...command, '--demo', 'titanic', '--as', 'challenger'];
    const at = ['--brokers', brokers, '--registry', registry];
    await using run = startProgram(`shared/commands/model-${name}.js`, [...rest, ...at]);
    expect([await run.exited, run.stderr()]).toEqual([0, expect.any(String)]);
    return `${run.stdout()}${run.stderr()}`;
  };
  expect(await model('publish', folder)).toContain('scores with it beside titanic-logistic 1.');
  const rolledBack = await model('rollback');
  expect(rolledBack).toContain(
    "titanic's challenger is now the demo's own, where it has one, instead of titanic-gru 2.",
  );
  expect(rolledBack).toContain('scores with its own titanic-gru 1 beside titanic-logistic 1.');

  const cluster = await connectCluster({ brokers: [brokers], clientId: 'test' });
  const predicted = await CommittedRecords.open(cluster, registry, predictions);
  const versions = (): (string | undefined)[] => predicted.records.map(({ value }) => value.challenger?.modelVersion);
  await vi.waitUntil(async () => {
    await predicted.toEnd();
    return versions().lastIndexOf('1') > versions().lastIndexOf('2');
  }, 20_000);
  expect(new Set(versions())).toEqual(new Set(['1', '2']));
  await cluster.close();
  program.signal('SIGTERM');
  expect(await program.exited).toBe(0);
  expect(reportOn(program).records).toMatchObject({ deadLettered: 0, lost: 0, duplicated: 0 });
}, 180_000);

it('says that another scorer goes on where one of two is killed', async () => {
  await using program = startProgram('demos/titanic/demo.js', ['--broker-port', '0', '--port', '0']);
  const page = await program.said(/Live page\s+(\S+)/);
  const brokers = await program.said(/embedded Kafka at ([\d.:]+)/);
  const registry = await program.said(/Registry\s+(http\S+)/);
  const at = ['--brokers', brokers, '--registry', registry];
  await using another = startProgram('demos/titanic/demo.js', ['--only', 'scorer', ...at]);
  await another.said(/(Scoring titanic\.passengers)/);
  const running = async (): Promise<number> => {
    const metrics = await (await fetch(new URL('/metrics', page))).text();
    return metrics.match(/^\w*scorer_up\{.*\} 1$/gm)?.length ?? 0;
  };
  await vi.waitFor(async () => expect(await running()).toBe(2), 60_000);
  process.kill(Number(await program.said(/scored by process (\d+)/)), 'SIGKILL');
  await program.said(/(Another scorer goes on and takes over its partitions)/);
  expect(await program.said(/npm run demo:titanic -- (.+)/)).toContain(`--only scorer --brokers=${brokers}`);
  expect(program.stdout()).not.toContain('Nothing is scored');
  another.signal('SIGTERM');
  await another.exited;
  program.signal('SIGTERM');
  expect(await program.exited).toBe(1);
}, 180_000);
