import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { catalogue } from '#shared/metrics';
import { projectFile } from '#shared/project-file';
import { alertsOf, describeWithPrometheus, prometheusProgram, readRuleFiles } from '#shared/testing';

const run = promisify(execFile);
const folder = fileURLToPath(projectFile('grafana/prometheus'));
const files = await readRuleFiles();
const rules = [...files.values()].flatMap(({ groups }) => groups.flatMap((group) => group.rules));
const alerts = alertsOf(files.values());

const unitTests = z.object({
  rule_files: z.array(z.string()),
  tests: z.array(
    z.object({
      name: z.string(),
      promql_expr_test: z.array(
        z.object({ expr: z.string(), exp_samples: z.array(z.object({ labels: z.string(), value: z.number() })) }),
      ),
    }),
  ),
});

/** All that fires, whatever it is: a test that asks for less does not see what fires beside it. */
const ALL_THAT_FIRES = 'max without (severity, question, alertstate) (ALERTS{alertstate="firing"})';

/** Labels that samples have beside those of their metric: Prometheus' own, the demo, the scorer, a bucket's bound. */
const outerLabels = ['job', 'instance', 'demo', 'scorer', 'le'];

it('answers each of the seven questions, and watches who answers', () => {
  expect(new Set(alerts.map(({ labels }) => labels.question))).toEqual(
    new Set(['delivery', 'delays', 'stuck', 'lost', 'broker', 'performance', 'model', 'watching']),
  );
});

it.each(rules.map((rule) => ['alert' in rule ? rule.alert : rule.record, rule.expr]))(
  'asks for what is in the catalogue of metrics: %s',
  (_, expr) => {
    const names = [...expr.matchAll(/(?<![\w:])kafka_ml_\w+/g)].map(([name]) => name);
    const recorded = rules.flatMap((rule) => ('record' in rule ? [rule.record] : []));
    expect(recorded.some((name) => expr.includes(name)) || names.length > 0 || expr.includes('up{')).toBe(true);
    const metrics = new Map(names.map((name) => [name, metricOf(name)]));
    expect([...metrics].filter(([, metric]) => metric === undefined)).toEqual([]);
    for (const [, name = '', matchers = ''] of expr.matchAll(/(kafka_ml_\w+)\{([^}]*)\}/g)) {
      const labels = [...matchers.matchAll(/(\w+)\s*[=!]/g)].map(([, label]) => label);
      expect([...outerLabels, ...(metrics.get(name)?.labels ?? [])]).toEqual(expect.arrayContaining(labels));
    }
    const known = [...outerLabels, ...[...metrics.values()].flatMap((metric) => metric?.labels ?? [])];
    const grouped = [...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(', '));
    if (metrics.size > 0) expect(known).toEqual(expect.arrayContaining(grouped));
  },
);

function metricOf(sample: string): { readonly labels: readonly string[] } | undefined {
  return Object.values(catalogue).find(({ name, kind }) =>
    kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`].includes(sample) : name === sample,
  );
}

it.each(alerts.map(({ alert, annotations }) => [alert, annotations.runbook]))(
  'says what to do: %s',
  async (alert, runbook) => {
    expect(runbook).toBe(`docs/monitoring.md#${alert.toLowerCase()}`);
    const text = await readFile(projectFile('docs/monitoring.md'), 'utf8');
    expect(text).toContain(`\n### ${alert}\n`);
  },
);

it('mentions in inhibitions only alerts that there are', async () => {
  const text = await readFile(projectFile('grafana/alertmanager/alertmanager.yml'), 'utf8');
  const named = [...text.matchAll(/alertname =~? "?([\w|]+)/g)].flatMap(([, names = '']) => names.split('|'));
  expect(alerts.map(({ alert }) => alert)).toEqual(expect.arrayContaining(named));
});

await describeWithPrometheus('What Prometheus and Alertmanager say of their configuration', () => {
  it('accepts it', async () => {
    await run(await prometheusProgram('promtool'), ['check', 'config', join(folder, 'prometheus.yml')]);
    const own = fileURLToPath(projectFile('grafana/alertmanager/alertmanager.yml'));
    await run(await prometheusProgram('amtool'), ['check-config', own]);
  });

  it('finds that each alert fires when it is to, and does not when it is not', async () => {
    const names = await readdir(join(folder, 'tests'));
    const texts = await Promise.all(names.map((name) => readFile(join(folder, 'tests', name), 'utf8')));
    const files = texts.map((text) => unitTests.parse(parse(text)));
    for (const file of files) expect(file.rule_files).toEqual(['../rules/*.yml']);
    const tests = files.flatMap((file) => file.tests);
    const told = tests.map((test) => test.promql_expr_test.filter(({ expr }) => expr === ALL_THAT_FIRES));
    expect(tests.filter((_, index) => told[index]?.length === 0)).toEqual([]);
    const partial = tests.flatMap(({ promql_expr_test: asked }) =>
      asked.filter(({ expr }) => expr.includes('ALERTS') && expr !== ALL_THAT_FIRES),
    );
    expect(partial).toEqual([]);
    const unproved = alerts.filter(({ alert }) => {
      const fires = told.map((asked) =>
        asked.map(({ exp_samples: samples }) => samples.some(({ labels }) => labels.includes(`alertname="${alert}"`))),
      );
      // Some test has it fire, and not all the time.
      return !fires.some((atTimes) => atTimes.includes(true) && atTimes.includes(false));
    });
    expect(unproved.map(({ alert }) => alert)).toEqual([]);
    await run(await prometheusProgram('promtool'), [
      'test',
      'rules',
      ...names.map((name) => join(folder, 'tests', name)),
    ]);
  });
});
