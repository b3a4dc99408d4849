import { clusterMetrics } from './catalogue/cluster.js';
import type { MetricDefinition, MetricDefinitions } from './catalogue/definition.js';
import { labelBounds, scorerMetrics } from './catalogue/index.js';
import { labelMeanings } from './catalogue/label-meanings.js';
import { monitoringMetrics } from './catalogue/monitoring.js';
import { runMetrics } from './catalogue/run.js';

const introduction = `# Metrics

<!-- Made by npm run docs:metrics from shared/metrics/catalogue; what is changed here is lost. -->

Every metric is defined once, in \`shared/metrics/catalogue\`; this page, the dashboards and the alert rules are made from there.

| where | shows |
|---|---|
| \`/metrics\` of the live page | what the process of the page measures, of all its demos, and what every scorer that is heard of has measured, wherever it runs: scorers ship it with their heartbeat |
| \`/metrics\` of a scorer alone, \`--only scorer --port P\` or \`npm run scorer -- … --port P\` | what that process measures, at the moment of the scrape |

Scrape the page, or each scorer by itself: where both are scraped, drop the page's \`kafka_ml_streams_.+\`, \`kafka_ml_scoring_.+\` and \`kafka_ml_scorer_(cpu|resident|event).+\`,
or sums count twice. Beside them stand the metrics of Node.js and of the process (\`nodejs_\`, \`process_\`), as prom-client names them.

- A scorer that was not heard of for 5 seconds is 0 in \`kafka_ml_scorer_up\`, and what it measured is not shown any more; one that is heard and not running is 0 there, too. After 15 minutes it is forgotten, and after these 5 seconds where it said that
  it ends; the one that was heard last stays at 0 where no other one is known. At most 64 are known.
- A counter begins with its process: \`rate\` and \`increase\` allow for that. A gauge that is not known is absent, never 0.
- The labels' values are bounded, whatever a topic holds; what goes beyond is counted under \`other\`, and a gauge of it is not shown: values of this moment are not to be summed blindly.

OpenTelemetry's names are those of its [semantic conventions](https://opentelemetry.io/docs/specs/semconv/) 1.43.0, where messaging, process and Node.js are in development. They are given for
who translates: a conventional metric has more attributes (\`messaging.system\` is \`kafka\`, \`messaging.operation.name\`), and its buckets may be others.
`;

const groups: readonly { readonly title: string; readonly who: string; readonly metrics: MetricDefinitions }[] = [
  {
    title: 'The run',
    who: "Measured in the process of the page, by what lies on the demo's topics: the same wherever producers and scorers run.",
    metrics: runMetrics,
  },
  {
    title: 'The cluster and its groups',
    who: 'Measured in the process of the page, by asking the cluster.',
    metrics: clusterMetrics,
  },
  {
    title: 'Delivery, quality and drift',
    who: 'Measured by the monitoring applications, on their report topics; the page shows the newest reports.',
    metrics: monitoringMetrics,
  },
  {
    title: 'Scorers',
    who: 'Measured in the process of each scorer; every sample has the label `scorer` besides.',
    metrics: scorerMetrics,
  },
];

/** `docs/metrics.md`: the catalogue, for people. */
export function metricsDocument(): string {
  const sections = groups.map(
    ({ title, who, metrics }) =>
      `## ${title}\n\n${who}\n\n${table(['metric', 'kind', 'unit', 'labels', 'what it says', 'OpenTelemetry'], Object.values<MetricDefinition>(metrics).map(metricRow))}`,
  );
  const labels = Object.entries(labelMeanings).map(([label, { meaning, openTelemetry }]) => [
    code(label),
    meaning,
    boundInWords(label),
    openTelemetry === undefined ? '' : code(openTelemetry),
  ]);
  const ofLabels = `## Labels\n\n${table(['label', 'what it says', 'values', 'OpenTelemetry'], labels)}`;
  return [introduction, ...sections, ofLabels].join('\n');
}

function metricRow(metric: MetricDefinition): string[] {
  const { name, kind, unit, labels, help, openTelemetry } = metric;
  const buckets = metric.kind === 'histogram' ? ` Buckets: ${metric.buckets.join(', ')}.` : '';
  return [
    code(name),
    kind,
    unit,
    labels.map(code).join(', '),
    `${help}${buckets}`,
    openTelemetry === undefined ? '' : code(openTelemetry),
  ];
}

function boundInWords(label: string): string {
  const bounds: Readonly<Record<string, readonly string[] | number>> = labelBounds;
  const bound = bounds[label];
  if (bound === undefined) return 'as many as there are demos';
  return typeof bound === 'number' ? `at most ${bound}` : bound.map(code).join(', ');
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return `${[line(titles), `|${'---|'.repeat(titles.length)}`, ...rows.map(line)].join('\n')}\n`;
}

function code(text: string): string {
  return `\`${text}\``;
}
