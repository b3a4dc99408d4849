import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { BoundedLabels } from './bounded-labels.js';
import { type CounterDefinition, catalogue, type GaugeDefinition, type HistogramDefinition } from './catalogue.js';

/** The labels of a metric, one string each; nothing where it has none. */
type Labels<L extends string> = [L] extends [never] ? [] : [labels: Readonly<Record<L, string>>];

interface CounterHandle<L extends string> {
  /** Adds to the counter; amounts are 0 or more. */
  add(amount: number, ...labels: Labels<L>): void;
}

interface GaugeHandle<L extends string> {
  set(value: number, ...labels: Labels<L>): void;
  /** Takes the gauge off the page until it is set again: what is not known is absent, never 0. */
  clear(): void;
}

interface HistogramHandle<L extends string> {
  observe(value: number, ...labels: Labels<L>): void;
}

type Handle<D> =
  D extends CounterDefinition<infer L>
    ? CounterHandle<L>
    : D extends GaugeDefinition<infer L>
      ? GaugeHandle<L>
      : D extends HistogramDefinition<infer L>
        ? HistogramHandle<L>
        : never;

/** One typed handle for each metric of the catalogue, and the text that Prometheus scrapes. */
export type Metrics = { readonly [K in keyof typeof catalogue]: Handle<(typeof catalogue)[K]> } & {
  /** The exposition text: the catalogue's metrics and the Node process's own. */
  text(): Promise<string>;
  readonly contentType: string;
};

/** Creates the kit's metrics in a registry of their own, so that two demos in one process never share a counter. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const bounded = new BoundedLabels();
  collectDefaultMetrics({ register: registry });

  const base = <L extends string>(definition: { name: string; help: string; labels: readonly L[] }) => ({
    name: definition.name,
    help: definition.help,
    labelNames: [...definition.labels],
    registers: [registry],
  });
  const counter = <L extends string>(definition: CounterDefinition<L>): CounterHandle<L> => {
    const metric = new Counter<string>(base(definition));
    return { add: (amount, ...[labels]) => metric.inc(labels === undefined ? {} : bounded.bound(labels), amount) };
  };
  const gauge = <L extends string>(definition: GaugeDefinition<L>): GaugeHandle<L> => {
    const metric = new Gauge<string>(base(definition));
    const clear = (): void => {
      metric.reset();
      // A gauge without labels is reset to a sample of 0, which would be read as a measurement.
      if (definition.labels.length === 0) metric.remove();
    };
    clear();
    return { set: (value, ...[labels]) => metric.set(labels === undefined ? {} : bounded.bound(labels), value), clear };
  };
  const histogram = <L extends string>(definition: HistogramDefinition<L>): HistogramHandle<L> => {
    const metric = new Histogram<string>({ ...base(definition), buckets: [...definition.buckets] });
    return {
      observe: (value, ...[labels]) => metric.observe(labels === undefined ? {} : bounded.bound(labels), value),
    };
  };

  return {
    recordsProduced: counter(catalogue.recordsProduced),
    recordsScored: counter(catalogue.recordsScored),
    recordsDeadLettered: counter(catalogue.recordsDeadLettered),
    outcomesSeen: counter(catalogue.outcomesSeen),
    predictionLatency: histogram(catalogue.predictionLatency),
    runningAuc: gauge(catalogue.runningAuc),
    scorerUp: gauge(catalogue.scorerUp),
    scorerRecordsPerSecond: gauge(catalogue.scorerRecordsPerSecond),
    scorerPartitions: gauge(catalogue.scorerPartitions),
    scorerRecordsScored: gauge(catalogue.scorerRecordsScored),
    modelInfo: gauge(catalogue.modelInfo),
    modelSwaps: counter(catalogue.modelSwaps),
    modelRefusals: counter(catalogue.modelRefusals),
    challengerCompared: gauge(catalogue.challengerCompared),
    challengerDisagreement: gauge(catalogue.challengerDisagreement),
    unknownCategories: gauge(catalogue.unknownCategories),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
