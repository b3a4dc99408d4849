import { BoundedLabels } from './bounded-labels.js';
import type { MetricDefinition } from './catalogue/definition.js';
import { scorerMetrics } from './catalogue/index.js';
import type { Exposition } from './exposition.js';
import { promClient } from './prom-client.js';
import type { MetricSample } from './scorer-samples.js';

/** The samples of one scorer, and the labels that tell them from those of others. */
export interface ScorerSamples {
  readonly scorer: Readonly<Record<'demo' | 'scorer', string>>;
  readonly samples: readonly MetricSample[];
}

/** A value as prom-client writes it. */
interface WrittenValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Where it is not the metric's own. */
  readonly metricName?: string;
}

const byName = new Map<string, MetricDefinition>(Object.values(scorerMetrics).map((metric) => [metric.name, metric]));

/** The text that Prometheus scrapes of what scorers have measured; samples that the catalogue does not know are passed over. */
export function scorersText(scorers: readonly ScorerSamples[]): Promise<string> {
  return promClient().AggregatorRegistry.aggregate(scorers.map(writtenMetrics)).metrics();
}

/**
 * What a scorer shows of itself: what it measures at the moment of the scrape, and the metrics of its process. `demo` is
 * the demo's name, or whatever else its samples are to be found under.
 */
export function createScorerExposition(
  scorer: ScorerSamples['scorer'],
  samples: () => readonly MetricSample[],
): Exposition {
  const { collectDefaultMetrics, Registry } = promClient();
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    text: async () => `${await registry.metrics()}${await scorersText([{ scorer, samples: samples() }])}`,
    contentType: registry.contentType,
  };
}

/** One scorer's metrics, in the form that `getMetricsAsJSON` gives. */
function writtenMetrics({ scorer, samples }: ScorerSamples): object[] {
  const metrics = new Map<string, WrittenValue[]>();
  const bounded = new BoundedLabels();
  for (const sample of samples) {
    const definition = byName.get(sample.metric);
    const own = definition && labelsOf(definition, sample);
    if (definition === undefined || own === undefined) continue;
    const within = definition.kind === 'gauge' ? bounded.within(own) : bounded.bound(own);
    if (within === undefined) continue;
    const labels = { ...scorer, ...within };
    const values = metrics.get(definition.name) ?? [];
    if (definition.kind !== 'histogram') values.push({ labels, value: sample.value });
    // Where the bounds are others than here, it is not known what was counted.
    else if (sample.buckets.length === definition.buckets.length + 1) {
      values.push(...histogramValues(definition.name, definition.buckets, labels, sample));
    }
    metrics.set(definition.name, values);
  }
  return [...metrics].flatMap(([name, values]) => {
    const definition = byName.get(name);
    return definition && values.length > 0
      ? [{ name, help: definition.help, type: definition.kind, aggregator: 'sum', values }]
      : [];
  });
}

/** Undefined where one is missing. */
function labelsOf({ labels }: MetricDefinition, sample: MetricSample): Record<string, string> | undefined {
  const own = labels.flatMap((label) => {
    const value = sample.labels[label];
    return value === undefined ? [] : [[label, value] as const];
  });
  return own.length === labels.length ? Object.fromEntries(own) : undefined;
}

function histogramValues(
  name: string,
  bounds: readonly number[],
  labels: Readonly<Record<string, string>>,
  { value: sum, buckets }: MetricSample,
): WrittenValue[] {
  let count = 0;
  const cumulative = buckets.map((inBucket, index): WrittenValue => {
    count += inBucket;
    const bound = bounds[index];
    return {
      metricName: `${name}_bucket`,
      labels: { le: bound === undefined ? '+Inf' : String(bound), ...labels },
      value: count,
    };
  });
  return [
    ...cumulative,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
