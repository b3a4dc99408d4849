import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { KitError } from '#shared/errors';
import { BoundedLabels } from './bounded-labels.js';
import type {
  CounterDefinition,
  GaugeDefinition,
  HistogramDefinition,
  MetricDefinition,
  MetricDefinitions,
} from './catalogue/definition.js';
import { pageMetrics } from './catalogue/index.js';
import type { Exposition } from './exposition.js';
import { promClient } from './prom-client.js';
import { type ScorerSamples, scorersText } from './scorer-exposition.js';
import type { MetricSample } from './scorer-samples.js';

/** The labels of a metric, one string each; nothing where it has none. */
type Labels<L extends string> = [L] extends [never] ? [] : [labels: Readonly<Record<L, string>>];

/** A counter with its labels: to be kept where it is added to for each record, as to bound labels costs more than to add. */
export interface LabelledCounter {
  /** Adds to the counter; amounts are 0 or more. */
  add(amount: number): void;
}

interface CounterHandle<L extends string> {
  /** Adds to the counter; amounts are 0 or more. */
  add(amount: number, ...labels: Labels<L>): void;
  labelled(...labels: Labels<L>): LabelledCounter;
}

interface GaugeHandle<L extends string> {
  /** Passed over where a label's value is beyond its bound. */
  set(value: number, ...labels: Labels<L>): void;
  /** Takes the gauge off the page until it is set again: what is not known is absent, never 0. */
  clear(): void;
}

/** A histogram with its labels: to be kept where it observes something of each record. */
export interface LabelledHistogram {
  observe(value: number): void;
}

interface HistogramHandle<L extends string> {
  observe(value: number, ...labels: Labels<L>): void;
  labelled(...labels: Labels<L>): LabelledHistogram;
}

type Handle<D> =
  D extends CounterDefinition<infer L>
    ? CounterHandle<L>
    : D extends GaugeDefinition<infer L>
      ? GaugeHandle<L>
      : D extends HistogramDefinition<infer L>
        ? HistogramHandle<L>
        : never;

type Handles<D extends MetricDefinitions> = { readonly [K in keyof D]: Handle<D[K]> };

/** One typed handle for each metric of the page's process, and what scorers have measured; of one demo. */
export interface Metrics extends Handles<typeof pageMetrics> {
  /** Shows what scorers measured last, by their instances, instead of what was shown before. */
  showScorers(samples: ReadonlyMap<string, readonly MetricSample[]>): void;
}

/** The metrics of several demos in one process: each has its own handles, told apart by the label `demo`. */
export interface DemosMetrics extends Exposition {
  of(demo: string): Metrics;
}

/**
 * Creates the metrics of the demos that one page of text shows, in a registry of their own: every sample has the label
 * `demo`, the process's own have not.
 */
export function createDemosMetrics(demos: readonly string[]): DemosMetrics {
  const registry = new KitRegistry();
  const handles = new Map(demos.map((demo) => [demo, registry.metricsOf(demo)]));
  const of = (demo: string): Metrics => {
    const own = handles.get(demo);
    if (own === undefined) throw new KitError('internal', `There are no metrics of ${demo}.`);
    return own;
  };
  return { of, text: () => registry.text(), contentType: registry.contentType };
}

/** Those of one demo. */
export function createMetrics(demo: string): Metrics & Exposition {
  const registry = new KitRegistry();
  return { ...registry.metricsOf(demo), text: () => registry.text(), contentType: registry.contentType };
}

/** The catalogue's metrics, registered once, with the label `demo` beside their own, which handles are bound to. */
class KitRegistry {
  readonly #client = promClient();
  readonly #registry = new this.#client.Registry();
  readonly #metrics = new Map<string, Counter<string> | Gauge<string> | Histogram<string>>();
  /** What scorers have measured, by their demos. */
  readonly #scorers = new Map<string, readonly ScorerSamples[]>();

  constructor() {
    this.#client.collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  async text(): Promise<string> {
    const scorers = [...this.#scorers.values()].flat();
    return `${await this.#registry.metrics()}${scorers.length > 0 ? await scorersText(scorers) : ''}`;
  }

  metricsOf(demo: string): Metrics {
    const handles = this.#handles(pageMetrics, { demo });
    return {
      ...handles,
      showScorers: (samples) => {
        const shown = Array.from(samples, ([scorer, own]) => ({ scorer: { demo, scorer }, samples: own }));
        this.#scorers.set(demo, shown);
      },
    };
  }

  #handles<D extends MetricDefinitions>(definitions: D, outer: Readonly<Record<string, string>>): Handles<D> {
    const handles = Object.entries(definitions).map(([key, each]) => [key, this.#handle(each, outer)]);
    // The kind of each definition has decided which handle it got: that cannot be said of entries.
    return Object.fromEntries(handles) as Handles<D>;
  }

  #handle(definition: MetricDefinition, outer: Readonly<Record<string, string>>): unknown {
    if (definition.kind === 'counter') return this.#counter(definition, outer);
    return definition.kind === 'gauge' ? this.#gauge(definition, outer) : this.#histogram(definition, outer);
  }

  #counter<L extends string>(
    definition: CounterDefinition<L>,
    outer: Readonly<Record<string, string>>,
  ): CounterHandle<L> {
    const metric = this.#once(this.#client.Counter<string>, definition, {});
    // A counter that has counted nothing is 0, as the whole of its name says; of labels nothing is known yet.
    if (definition.labels.length === 0) metric.inc(outer, 0);
    for (const value of definition.fromStart ?? []) {
      for (const label of definition.labels) metric.inc({ ...outer, [label]: value }, 0);
    }
    const bounded = new BoundedLabels();
    return {
      add: (amount, ...[own]) => metric.inc(labelsOf(outer, own, bounded), amount),
      labelled: (...[own]) => {
        const labels = labelsOf(outer, own, bounded);
        return { add: (amount) => metric.inc(labels, amount) };
      },
    };
  }

  #gauge<L extends string>(definition: GaugeDefinition<L>, outer: Readonly<Record<string, string>>): GaugeHandle<L> {
    const metric = this.#once(this.#client.Gauge<string>, definition, {});
    const set = new Map<string, Record<string, string>>();
    let bounded = new BoundedLabels();
    return {
      set: (value, ...[own]) => {
        const within = own === undefined ? {} : bounded.within(own);
        if (within === undefined) return;
        const labels = { ...outer, ...within };
        set.set(JSON.stringify(labels), labels);
        metric.set(labels, value);
      },
      clear: () => {
        for (const labels of set.values()) metric.remove(labels);
        set.clear();
        // Whatever comes now, there is room for it.
        bounded = new BoundedLabels();
      },
    };
  }

  #histogram<L extends string>(
    definition: HistogramDefinition<L>,
    outer: Readonly<Record<string, string>>,
  ): HistogramHandle<L> {
    const metric = this.#once(this.#client.Histogram<string>, definition, { buckets: [...definition.buckets] });
    const bounded = new BoundedLabels();
    return {
      observe: (value, ...[own]) => metric.observe(labelsOf(outer, own, bounded), value),
      labelled: (...[own]) => {
        const labels = labelsOf(outer, own, bounded);
        return { observe: (value) => metric.observe(labels, value) };
      },
    };
  }

  /** A metric's name can be registered once; its handles share it. */
  #once<M extends Counter<string> | Gauge<string> | Histogram<string>, More extends object>(
    Kind: new (configuration: { name: string; help: string; labelNames: string[]; registers: Registry[] } & More) => M,
    { name, help, labels }: { name: string; help: string; labels: readonly string[] },
    more: More,
  ): M {
    const known = this.#metrics.get(name);
    if (known instanceof Kind) return known;
    const labelNames = ['demo', ...labels];
    const metric = new Kind({ name, help, labelNames, registers: [this.#registry], ...more });
    this.#metrics.set(name, metric);
    return metric;
  }
}

function labelsOf(
  outer: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>> | undefined,
  bounded: BoundedLabels,
): Record<string, string> {
  return own === undefined ? outer : { ...outer, ...bounded.bound(own) };
}
