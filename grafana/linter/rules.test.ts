import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { type LintedDashboard, parseDashboard } from './linted-dashboard.js';
import { rules } from './rules.js';

const folder = projectFile('grafana/dashboards-json/');
const dashboards = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => [name, parseDashboard(readFileSync(new URL(name, folder), 'utf8'))] as const);

const against = (name: string, dashboard: LintedDashboard): string[] =>
  rules.find((rule) => rule.name === name)?.check(dashboard) ?? [`There is no rule ${name}.`];

describe.each(rules)('$name', ({ check }) => {
  it.each(dashboards)('holds for %s', (_, dashboard) => {
    expect(check(dashboard)).toEqual([]);
  });
});

type Variable = LintedDashboard['templating']['list'][number];
type Panel = LintedDashboard['panels'][number];

const dataSource = { type: 'prometheus', uid: '$datasource' };
const choice = (name: string, label: string): Variable => ({
  name,
  label,
  type: 'query',
  query: `label_values(up, ${name})`,
  datasource: dataSource,
  multi: true,
  allValue: '.+',
  refresh: 2,
});

const goodPanel: Panel = {
  id: 1,
  type: 'timeseries',
  title: 'Seen',
  description: 'What was seen, a second.',
  datasource: dataSource,
  targets: [
    {
      refId: 'A',
      datasource: dataSource,
      expr: 'sum(rate(seen_total{job=~"$job", instance=~"$instance"}[$__rate_interval]))',
    },
  ],
  fieldConfig: { defaults: { unit: 'cps' } },
};

/** A dashboard that no rule has anything against. */
const good: LintedDashboard = {
  uid: 'good-dashboard',
  title: 'Good',
  editable: false,
  templating: {
    list: [
      { name: 'datasource', label: 'Data Source', type: 'datasource', query: 'prometheus' },
      choice('job', 'Job'),
      choice('instance', 'Instance'),
    ],
  },
  panels: [goodPanel],
};

const withPanel = (changed: Partial<Panel>): LintedDashboard => ({ ...good, panels: [{ ...goodPanel, ...changed }] });
const asking = (expr: string): LintedDashboard =>
  withPanel({ targets: [{ refId: 'A', datasource: dataSource, expr }] });
const withVariable = (name: string, changed: Partial<Variable>): LintedDashboard => ({
  ...good,
  templating: { list: good.templating.list.map((each) => (each.name === name ? { ...each, ...changed } : each)) },
});
const withoutVariable = (name: string): LintedDashboard => ({
  ...good,
  templating: { list: good.templating.list.filter((each) => each.name !== name) },
});

describe('a rule', () => {
  it.each(rules)('has nothing against a dashboard that keeps it: $name', ({ check }) => {
    expect(check(good)).toEqual([]);
  });

  it.each<[string, LintedDashboard, RegExp]>([
    ['template-datasource-rule', withoutVariable('datasource'), /There are 0 data source variables/],
    ['template-datasource-rule', withVariable('datasource', { name: 'prometheus' }), /is called prometheus/],
    ['template-datasource-rule', withVariable('datasource', { label: 'Source' }), /is labelled Source/],
    ['template-job-rule', withoutVariable('job'), /There is no variable job/],
    ['template-job-rule', withVariable('job', { multi: false }), /only one value can be chosen/],
    ['template-job-rule', withVariable('job', { allValue: '.*' }), /All values of the variable job are \.\*/],
    ['template-job-rule', withVariable('job', { label: 'job' }), /is labelled job/],
    ['template-instance-rule', withoutVariable('instance'), /There is no variable instance/],
    ['template-instance-rule', withVariable('instance', { type: 'custom' }), /is not asked from the data source/],
    [
      'template-instance-rule',
      withVariable('instance', { datasource: { type: 'prometheus', uid: 'abc' } }),
      /does not use the data source variable/,
    ],
    ['template-label-promql-rule', withVariable('job', { query: 'label_values(up{, job)' }), /are asked for by/],
    ['template-on-time-change-reload-rule', withVariable('job', { refresh: 1 }), /not asked for anew/],
    ['panel-datasource-rule', withPanel({ datasource: { type: 'prometheus', uid: 'abc' } }), /data source variable/],
    ['panel-title-description-rule', withPanel({ title: '' }), /no title/],
    ['panel-title-description-rule', withPanel({ description: '' }), /no description/],
    ['panel-units-rule', withPanel({ fieldConfig: { defaults: {} } }), /has the unit ""/],
    ['panel-units-rule', withPanel({ fieldConfig: { defaults: { unit: 'flights' } } }), /has the unit "flights"/],
    ['panel-no-targets-rule', withPanel({ targets: [] }), /has no query/],
    ['target-promql-rule', asking('sum(rate(seen_total[$__rate_interval])'), /is no PromQL from character \d+/],
    ['target-promql-rule', asking(''), /is no PromQL from character 0/],
    ['target-rate-interval-rule', asking('rate(seen_total{job=~"$job"}[5m])'), /takes its rate over 5m/],
    ['target-rate-interval-rule', asking('rate(seen_total[$__range])'), /takes its rate over \$__range/],
    ['target-rate-interval-rule', asking('increase(seen_total[1h])'), /takes its increase over 1h/],
    ['target-job-rule', asking('up{instance=~"$instance"}'), /takes up without job=~"\$job"/],
    ['target-job-rule', asking('up{job=~"$job"} + down{job="$job"}'), /takes down without job=~"\$job"/],
    ['target-instance-rule', asking('up{job=~"$job"}'), /takes up without instance=~"\$instance"/],
    ['target-counter-agg-rule', asking('sum(seen_total)'), /takes the counter seen_total as it stands/],
    ['target-counter-agg-rule', asking('max_over_time(seen_total[$__range])'), /seen_total as it stands/],
    ['uneditable-dashboard', { ...good, editable: true }, /can be edited/],
  ])('says what is against it: %s', (name, dashboard, sentence) => {
    expect(against(name, dashboard)).toEqual([expect.stringMatching(sentence)]);
  });

  it('is one of each that the linter has for Prometheus', () => {
    expect(rules.map(({ name }) => name).toSorted()).toEqual([
      'panel-datasource-rule',
      'panel-no-targets-rule',
      'panel-title-description-rule',
      'panel-units-rule',
      'target-counter-agg-rule',
      'target-instance-rule',
      'target-job-rule',
      'target-promql-rule',
      'target-rate-interval-rule',
      'template-datasource-rule',
      'template-instance-rule',
      'template-job-rule',
      'template-label-promql-rule',
      'template-on-time-change-reload-rule',
      'uneditable-dashboard',
    ]);
  });
});
