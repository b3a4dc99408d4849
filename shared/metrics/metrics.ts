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

/** The metrics of several demos in one process: each has its own handles, told apart by the label `demo`. */
export interface DemosMetrics extends Pick<Metrics, 'text' | 'contentType'> {
  readonly of: ReadonlyMap<string, Metrics>;
}

/** Creates the kit's metrics in a registry of their own, so that two demos in one process never share a counter. */
export function createMetrics(): Metrics {
  return new KitRegistry([]).handles({});
}

/** Creates the metrics of several demos that one page of text shows: every sample has the label `demo`, the process's own have not. */
export function createDemosMetrics(demos: readonly string[]): DemosMetrics {
  const registry = new KitRegistry(['demo']);
  const of = new Map(demos.map((demo) => [demo, registry.handles({ demo })]));
  return { of, text: () => registry.text(), contentType: registry.contentType };
}

/** The catalogue's metrics, registered once, with labels beside their own that handles are bound to. */
class KitRegistry {
  readonly #registry = new Registry();
  readonly #bounded = new BoundedLabels();
  readonly #metrics = new Map<string, Counter<string> | Gauge<string> | Histogram<string>>();
  readonly #outer: readonly string[];

  constructor(outer: readonly string[]) {
    this.#outer = outer;
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  handles(outer: Readonly<Record<string, string>>): Metrics {
    return {
      recordsProduced: this.#counter(catalogue.recordsProduced, outer),
      recordsScored: this.#counter(catalogue.recordsScored, outer),
      recordsDeadLettered: this.#counter(catalogue.recordsDeadLettered, outer),
      outcomesSeen: this.#counter(catalogue.outcomesSeen, outer),
      predictionLatency: this.#histogram(catalogue.predictionLatency, outer),
      runningAuc: this.#gauge(catalogue.runningAuc, outer),
      scorerUp: this.#gauge(catalogue.scorerUp, outer),
      scorerRecordsPerSecond: this.#gauge(catalogue.scorerRecordsPerSecond, outer),
      scorerPartitions: this.#gauge(catalogue.scorerPartitions, outer),
      scorerRecordsScored: this.#gauge(catalogue.scorerRecordsScored, outer),
      modelInfo: this.#gauge(catalogue.modelInfo, outer),
      modelSwaps: this.#counter(catalogue.modelSwaps, outer),
      modelRefusals: this.#counter(catalogue.modelRefusals, outer),
      challengerCompared: this.#gauge(catalogue.challengerCompared, outer),
      challengerDisagreement: this.#gauge(catalogue.challengerDisagreement, outer),
      unknownCategories: this.#gauge(catalogue.unknownCategories, outer),
      text: () => this.text(),
      contentType: this.contentType,
    };
  }

  #counter<L extends string>(
    definition: CounterDefinition<L>,
    outer: Readonly<Record<string, string>>,
  ): CounterHandle<L> {
    const metric = this.#once(Counter<string>, definition, {});
    // A counter that has counted nothing is 0, as the whole of its name says; of labels nothing is known yet.
    if (definition.labels.length === 0) metric.inc(outer, 0);
    return { add: (amount, ...[labels]) => metric.inc(this.#labels(outer, labels), amount) };
  }

  #gauge<L extends string>(definition: GaugeDefinition<L>, outer: Readonly<Record<string, string>>): GaugeHandle<L> {
    const metric = this.#once(Gauge<string>, definition, {});
    const set = new Map<string, Record<string, string>>();
    // A gauge without labels begins with a sample of 0, which would be read as a measurement.
    if (definition.labels.length + this.#outer.length === 0) metric.remove();
    return {
      set: (value, ...[own]) => {
        const labels = this.#labels(outer, own);
        set.set(JSON.stringify(labels), labels);
        metric.set(labels, value);
      },
      clear: () => {
        for (const labels of set.values()) metric.remove(labels);
        set.clear();
      },
    };
  }

  #histogram<L extends string>(
    definition: HistogramDefinition<L>,
    outer: Readonly<Record<string, string>>,
  ): HistogramHandle<L> {
    const metric = this.#once(Histogram<string>, definition, { buckets: [...definition.buckets] });
    return { observe: (value, ...[labels]) => metric.observe(this.#labels(outer, labels), value) };
  }

  /** A metric's name can be registered once; its handles share it. */
  #once<M extends Counter<string> | Gauge<string> | Histogram<string>, More extends object>(
    Kind: new (configuration: { name: string; help: string; labelNames: string[]; registers: Registry[] } & More) => M,
    { name, help, labels }: { name: string; help: string; labels: readonly string[] },
    more: More,
  ): M {
    const known = this.#metrics.get(name);
    if (known instanceof Kind) return known;
    const labelNames = [...this.#outer, ...labels];
    const metric = new Kind({ name, help, labelNames, registers: [this.#registry], ...more });
    this.#metrics.set(name, metric);
    return metric;
  }

  #labels(
    outer: Readonly<Record<string, string>>,
    own: Readonly<Record<string, string>> | undefined,
  ): Record<string, string> {
    return own === undefined ? outer : { ...outer, ...this.#bounded.bound(own) };
  }
}
