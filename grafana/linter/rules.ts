import * as units from '@grafana/grafana-foundation-sdk/units';
import { type LintedDashboard, type LintedPanel, shownPanels } from './linted-dashboard.js';
import { parseQuery, type Selector } from './promql-syntax.js';

/**
 * A rule of https://github.com/grafana/dashboard-linter, by its name there. Where that looks at some kinds of panels only, or
 * lets something pass, ours looks at each panel.
 */
interface Rule {
  readonly name: string;
  /** What is against the rule, a sentence each. */
  readonly check: (dashboard: LintedDashboard) => string[];
}

/** The rules for dashboards of Prometheus; those for Loki's queries have nothing to look at here. */
export const rules: readonly Rule[] = [
  {
    name: 'template-datasource-rule',
    check({ templating }) {
      const variables = templating.list.filter(({ type }) => type === 'datasource');
      const [variable] = variables;
      if (variable === undefined || variables.length > 1)
        return [`There are ${variables.length} data source variables.`];
      return [
        ...(variable.name === 'datasource' ? [] : [`The data source variable is called ${variable.name}.`]),
        ...(variable.label === 'Data Source' ? [] : [`The data source variable is labelled ${variable.label}.`]),
        ...(variable.query === 'prometheus' ? [] : [`The data source variable is for ${variable.query}.`]),
      ];
    },
  },
  { name: 'template-job-rule', check: (dashboard) => checkVariable(dashboard, 'job', 'Job') },
  { name: 'template-instance-rule', check: (dashboard) => checkVariable(dashboard, 'instance', 'Instance') },
  {
    name: 'template-label-promql-rule',
    check: ({ templating }) =>
      templating.list.flatMap(({ type, name, query }) => {
        if (type !== 'query') return [];
        const selector = /^label_values\((.+), *\w+\)$/.exec(query)?.[1];
        return selector !== undefined && parseQuery(selector).brokenAt === undefined
          ? []
          : [`The values of the variable ${name} are asked for by ${query}.`];
      }),
  },
  {
    name: 'template-on-time-change-reload-rule',
    check: ({ templating }) =>
      templating.list
        .filter(({ type, refresh }) => type === 'query' && refresh !== 2)
        .map(({ name }) => `The variable ${name} is not asked for anew when the time range changes.`),
  },
  {
    name: 'panel-datasource-rule',
    check: ofPanels(({ datasource, targets = [] }) =>
      [datasource, ...targets.map((target) => target.datasource)].every((each) => isTemplated(each?.uid))
        ? []
        : ['does not use the data source variable.'],
    ),
  },
  {
    name: 'panel-title-description-rule',
    check: ofPanels(({ title = '', description = '' }) =>
      title !== '' && description !== '' ? [] : ['has no title or no description.'],
    ),
  },
  {
    name: 'panel-units-rule',
    check: ofPanels(({ fieldConfig }) => {
      const unit = fieldConfig?.defaults.unit ?? '';
      return knownUnits.has(unit) ? [] : [`has the unit "${unit}", which Grafana does not know.`];
    }),
  },
  {
    name: 'panel-no-targets-rule',
    check: ofPanels(({ targets = [] }) => (targets.length > 0 ? [] : ['has no query.'])),
  },
  {
    name: 'target-promql-rule',
    check: ofQueries((query) => {
      const { brokenAt } = parseQuery(query);
      return brokenAt === undefined ? [] : [`is no PromQL from character ${brokenAt} on.`];
    }),
  },
  {
    name: 'target-rate-interval-rule',
    check: ofSelectors(({ calledBy = '', range }) =>
      // What has grown in the time that is shown is asked for over just that.
      ['rate', 'irate', 'increase'].includes(calledBy) &&
      range !== '$__rate_interval' &&
      !(calledBy === 'increase' && range === '$__range')
        ? [`takes its ${calledBy} over ${range}.`]
        : [],
    ),
  },
  { name: 'target-job-rule', check: ofSelectors((selector) => checkMatcher(selector, 'job')) },
  { name: 'target-instance-rule', check: ofSelectors((selector) => checkMatcher(selector, 'instance')) },
  {
    name: 'target-counter-agg-rule',
    check: ofSelectors(({ metric, calledBy = '', range }) =>
      metric.endsWith('_total') && (range === undefined || !['rate', 'irate', 'increase'].includes(calledBy))
        ? [`takes the counter ${metric} as it stands.`]
        : [],
    ),
  },
  {
    name: 'uneditable-dashboard',
    check: ({ editable }) => (editable === false ? [] : ['The dashboard can be edited in the browser.']),
  },
];

const knownUnits = new Set<unknown>(Object.values(units));

const isTemplated = (uid: string | undefined): boolean => uid === '$datasource' || uid === `$${'{datasource}'}`;

function checkVariable({ templating }: LintedDashboard, name: string, label: string): string[] {
  const variable = templating.list.find((each) => each.name === name);
  if (variable === undefined) return [`There is no variable ${name}.`];
  const { type, datasource, multi, allValue } = variable;
  return [
    ...(type === 'query' ? [] : [`The variable ${name} is not asked from the data source.`]),
    ...(isTemplated(datasource?.uid) ? [] : [`The variable ${name} does not use the data source variable.`]),
    ...(variable.label === label ? [] : [`The variable ${name} is labelled ${variable.label}.`]),
    ...(multi === true ? [] : [`Of the variable ${name} only one value can be chosen.`]),
    ...(allValue === '.+' ? [] : [`All values of the variable ${name} are ${allValue}.`]),
  ];
}

function checkMatcher({ metric, matchers }: Selector, label: string): string[] {
  const isMatched = matchers.some(
    (each) => each.label === label && each.operator === '=~' && each.value === `$${label}`,
  );
  return isMatched ? [] : [`takes ${metric} without ${label}=~"$${label}".`];
}

function ofPanels(check: (panel: LintedPanel) => string[]): Rule['check'] {
  return (dashboard) =>
    shownPanels(dashboard).flatMap((panel) =>
      check(panel).map((against) => `Panel ${panel.id} (${panel.title ?? ''}) ${against}`),
    );
}

function ofQueries(check: (query: string) => string[]): Rule['check'] {
  return ofPanels(({ targets = [] }) =>
    targets.flatMap(({ refId, expr }) => check(expr).map((against) => `in its query ${refId} ${against}`)),
  );
}

function ofSelectors(check: (selector: Selector) => string[]): Rule['check'] {
  return ofQueries((query) => parseQuery(query).selectors.flatMap(check));
}
