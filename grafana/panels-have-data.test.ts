import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';
import { connectCluster } from '#shared/kafka';
import { projectFile } from '#shared/project-file';
import { describeWithPrometheus, type Prometheus, startProgram, startPrometheus } from '#shared/testing';
import { parseDashboard } from './linter/linted-dashboard.js';
import { type PanelQuery, panelQueries } from './linter/panel-queries.js';

/** What the demos need until each has outcomes enough, on a small machine that has other things to do. */
const PATIENCE_MS = 300_000;

const folder = projectFile('grafana/dashboards-json/');
const dashboards = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => parseDashboard(readFileSync(new URL(name, folder), 'utf8')));

const demos = readdirSync(projectFile('demos/')).filter((name) => existsSync(projectFile(`demos/${name}/demo.ts`)));

/** A model folder of the project under another version. */
function asVersion(model: string, version: string): string {
  const copy = join(mkdtempSync(join(tmpdir(), 'model-')), 'model');
  cpSync(fileURLToPath(projectFile(model)), copy, { recursive: true });
  const card = JSON.parse(readFileSync(join(copy, 'model.json'), 'utf8')) as object;
  writeFileSync(join(copy, 'model.json'), JSON.stringify({ ...card, version }));
  return copy;
}

/**
 * All demos at work, at a pace at which each has outcomes within two minutes (churn's customers leave or stay at the end of
 * their day), and that two cores can keep up with; with the commands that a user gives beside them.
 */
async function startDemos() {
  const program = startProgram('demos/demos.js', ['all', '--rate', '300', '--broker-port', '0', '--port', '0']);
  const brokers = await program.said(/embedded Kafka at ([\d.:]+)/);
  const registry = await program.said(/Registry\s+(http\S+)/);
  const address = new URL(await program.said(/Live pages +(\S+)/)).host;
  return {
    address,
    async publish(model: string, demo: string): Promise<number | string> {
      const where = ['--brokers', brokers, '--registry', registry];
      await using run = startProgram('shared/commands/model-publish.js', [model, '--demo', demo, ...where]);
      return await run.exited;
    },
    async writeForeignRecord(topic: string): Promise<void> {
      const cluster = await connectCluster({ brokers: [brokers], clientId: 'test' });
      const producer = await cluster.produce();
      await producer.send([{ topic, key: 'foreign', value: Buffer.from('not Avro'), timestamp: Date.now() }]);
      await producer.close();
      await cluster.close();
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** Whether a query gives a number, by its kind: now, or at some time since `from`. */
async function hasData(prometheus: Prometheus, { expr, isInstant }: PanelQuery, from: number): Promise<boolean> {
  if (isInstant) return (await prometheus.query(expr)).some(({ value }) => !Number.isNaN(value));
  const series = await prometheus.queryRange(expr, { from, to: Date.now() / 1_000, stepSeconds: 2 });
  return series.some(({ values }) => values.some(([, value]) => !Number.isNaN(value)));
}

/** Every query of every panel where everything is chosen, and the overview's for each demo alone. */
function everyQuery(from: number): PanelQuery[] {
  // What Grafana makes of the variables where Prometheus reads the demos every 5 s.
  const durations = { rateInterval: '20s', range: `${Math.ceil(Date.now() / 1_000 - from)}s` };
  return dashboards.flatMap((dashboard) => [
    ...panelQueries(dashboard, durations),
    ...(dashboard.uid === 'kafka-ml-overview'
      ? demos.flatMap((demo) => panelQueries(dashboard, { ...durations, chosen: { demo } }))
      : []),
  ]);
}

/** The queries that gave no data until the patience was over. */
async function withoutData(prometheus: Prometheus, from: number): Promise<PanelQuery[]> {
  const seen = new Set<number>();
  let missing: PanelQuery[] = [];
  const haveAllData = async (): Promise<boolean> => {
    const queries = everyQuery(from);
    const open = Array.from(queries.keys()).filter((index) => !seen.has(index));
    for (const index of open) {
      const query = queries[index];
      if (query !== undefined && (await hasData(prometheus, query, from))) seen.add(index);
    }
    missing = queries.filter((_, index) => !seen.has(index));
    return missing.length === 0;
  };
  // Which are missing says more than that the time is over.
  await vi.waitUntil(haveAllData, { timeout: PATIENCE_MS - 50_000, interval: 500 }).catch(() => undefined);
  return missing;
}

await describeWithPrometheus('every query of every panel', () => {
  it(
    'gives data when the demos run',
    async () => {
      await using running = await startDemos();
      const from = Date.now() / 1_000;
      await using prometheus = await startPrometheus({ targets: [{ address: running.address }] });
      expect(await running.publish(asVersion('demos/flight-delay/model', '2'), 'flight-delay')).toBe(0);
      const unusable = fileURLToPath(projectFile('shared/scoring/fixtures/sklearn-logistic-regression'));
      expect(await running.publish(unusable, 'flight-delay')).toBe(1);
      await running.writeForeignRecord('churn.events');

      const missing = await withoutData(prometheus, from);
      expect(missing.map(({ where, expr }) => `${where}: ${expr}`)).toEqual([]);
    },
    PATIENCE_MS,
  );
});
