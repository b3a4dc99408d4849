import { KitError } from '#shared/errors';
import {
  type CounterDefinition,
  catalogue,
  type GaugeDefinition,
  type HistogramDefinition,
  type LabelName,
  type MetricDefinition,
} from '#shared/metrics';

/** Labels that samples have beside their metric's own: the demo, and the scorer of what a scorer measures of itself. */
type OuterLabel = 'demo' | 'scorer';
type LabelOf<M extends MetricDefinition> = M['labels'][number] | OuterLabel;

/** What a dashboard's queries look at, as label matchers: `demo=~"$demo"`. */
export type Scope = string;

/** All demos that are chosen in the dashboard. */
export const chosenDemos: Scope = 'demo=~"$demo"';

/** One demo. */
export const oneDemo = (name: string): Scope => `demo="${name}"`;

/** All scorers that are chosen, of the demos that are chosen. */
export const chosenScorers: Scope = `${chosenDemos}, scorer=~"$scorer"`;

type Aggregation = 'sum' | 'max' | 'min' | 'avg';

/** PromQL of a dashboard's scope, made from the catalogue: what is not there, or has no such label, does not compile. */
export interface Queries {
  /** The gauge, aggregated to these labels. */
  gauge<M extends GaugeDefinition>(aggregation: Aggregation, metric: M, by: LabelOf<M>[], where?: Where<M>): string;
  /** How much the gauge, which may go down too, moves a second. */
  movement<M extends GaugeDefinition>(metric: M, by: LabelOf<M>[], where?: Where<M>): string;
  /** How much the counter grows a second. */
  rate<M extends CounterDefinition>(metric: M, by: LabelOf<M>[], where?: Where<M>): string;
  /** How much the counter has grown in the time that is shown. */
  growth<M extends CounterDefinition>(metric: M, by: LabelOf<M>[], where?: Where<M>): string;
  /** A quantile of what the histogram observed; 0.99 is the 99th percentile. */
  quantile<M extends HistogramDefinition>(q: number, metric: M, by: LabelOf<M>[], where?: Where<M>): string;
  mean<M extends HistogramDefinition>(metric: M, by: LabelOf<M>[], where?: Where<M>): string;
  /** How many observations there are a second. */
  observations<M extends HistogramDefinition>(metric: M, by: LabelOf<M>[], where?: Where<M>): string;
  /** How many observations above a bound, which is that of a bucket, there are a second. */
  observationsAbove<M extends HistogramDefinition>(
    bound: number,
    metric: M,
    by: LabelOf<M>[],
    where?: Where<M>,
  ): string;
  /** The sum of what is observed in a second. */
  observed<M extends HistogramDefinition>(metric: M, by: LabelOf<M>[], where?: Where<M>): string;
  /** How many observations fell into each bucket, or below it. */
  buckets<M extends HistogramDefinition>(metric: M, where?: Where<M>): string;
  /** The same, which is by demo, and 0 with the label "none" for each demo that runs and of which there is nothing to tell. */
  orNone(expr: string, label: LabelName): string;
}

type LabelValues = Readonly<Record<string, string | undefined>>;

type Where<M extends MetricDefinition> = Readonly<Partial<Record<LabelOf<M>, string>>>;

/** The queries of a dashboard that looks at these demos. */
export function queriesOf(scope: Scope): Queries {
  const selector = (name: string, where: LabelValues = {}): string => {
    const own = Object.entries(where).flatMap(([label, value]) => (value === undefined ? [] : `, ${label}="${value}"`));
    return `${name}{job=~"$job", instance=~"$instance", ${scope}${own.join('')}}`;
  };
  const ratePer = (name: string, by: readonly string[], where?: LabelValues): string =>
    sum(by, `rate(${selector(name, where)}[$__rate_interval])`);
  return {
    gauge: (aggregation, { name }, by, where) =>
      aggregation === 'sum'
        ? sum(by, selector(name, where))
        : `${aggregation}${byLabels(by)}(${selector(name, where)})`,
    movement: ({ name }, by, where) => sum(by, `deriv(${selector(name, where)}[$__rate_interval])`),
    rate: ({ name }, by, where) => ratePer(name, by, where),
    growth: ({ name }, by, where) => sum(by, `increase(${selector(name, where)}[$__range])`),
    quantile: (q, { name }, by, where) =>
      `histogram_quantile(${q}, ${ratePer(`${name}_bucket`, ['le', ...by], where)})`,
    mean: ({ name }, by, where) => `${ratePer(`${name}_sum`, by, where)} / ${ratePer(`${name}_count`, by, where)}`,
    observations: ({ name }, by, where) => ratePer(`${name}_count`, by, where),
    observationsAbove: (bound, { name, buckets }, by, where) => {
      if (!buckets.includes(bound)) throw new KitError('internal', `${name} has no bucket that ends at ${bound}`);
      return `(${ratePer(`${name}_count`, by, where)} - ${ratePer(`${name}_bucket`, by, { ...where, le: String(bound) })})`;
    },
    observed: ({ name }, by, where) => ratePer(`${name}_sum`, by, where),
    buckets: ({ name }, where) => sum(['le'], `increase(${selector(`${name}_bucket`, where)}[$__rate_interval])`),
    orNone: (expr, label) => {
      const none = `0 * max by (demo) (${selector(catalogue.scorerUp.name)})`;
      return `${expr} or on (demo) label_replace(${none}, "${label}", "none", "", "")`;
    },
  };
}

/** Two pages of one demo tell of the same: each thing is taken once, as whoever has seen more of it says. */
const sum = (by: readonly string[], expr: string): string =>
  `sum${byLabels(by)}(max without (job, instance) (${expr}))`;

const byLabels = (labels: readonly string[]): string => (labels.length === 0 ? '' : ` by (${labels.join(', ')}) `);
