import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import {
  type FieldColor,
  type GridPos,
  type Panel,
  type Threshold,
  type ThresholdsConfig,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { signal } from './colors.js';

/** The units that panels use, by what they are of. */
export const unit = {
  count: units.Short,
  perSecond: units.CountsPerSecond,
  share: units.PercentUnit,
  seconds: units.Seconds,
  bytes: units.BytesIEC,
  /** Plain numbers: an area under a curve, a stability index, a score. */
  index: units.NoUnit,
  ago: units.DateTimeFromNow,
} as const;

type Unit = (typeof unit)[keyof typeof unit];

// The value is Grafana's: the variable that each dashboard has.
const dataSource: DataSourceRef = { type: 'prometheus', uid: '$' + '{datasource}' };

interface Query {
  readonly expr: string;
  /** What its series are called, with labels in braces: `{{demo}}`. */
  readonly legend: string;
}

/** What any panel has: its text says what is seen, and what to make of it. */
export interface PanelOptions {
  readonly title: string;
  readonly description: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** Of the grid's 24 columns. */
  readonly width: number;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly limits?: Limits;
}

/** From which value on, upwards or downwards, what is shown is worth attention, or bad. */
export interface Limits {
  readonly direction: 'above' | 'below';
  readonly attention?: number;
  readonly bad: number;
}

/** A panel whose place in the dashboard is still to be given. */
interface Panelled extends Builder<Panel> {
  id(id: number): this;
  gridPos(gridPos: GridPos): this;
}

/** A panel, and how many of the grid's columns it takes. */
export interface SizedPanel {
  readonly width: number;
  readonly builder: Panelled;
}

interface Described extends Panelled {
  title(title: string): this;
  description(description: string): this;
  datasource(ref: DataSourceRef): this;
  unit(unit: string): this;
  decimals(decimals: number): this;
  min(min: number): this;
  max(max: number): this;
  thresholds(thresholds: Builder<ThresholdsConfig>): this;
  colorScheme(color: Builder<FieldColor>): this;
  withTarget(target: DataqueryBuilder): this;
}

/** How a panel asks: for a course over the time that is shown, for the last value, or for a histogram's buckets. */
type Asking = (query: DataqueryBuilder) => DataqueryBuilder;

/** Gives a panel of any kind what each has. */
export function described<B extends Described>(builder: B, options: PanelOptions, asking: Asking): B {
  const { title, description, unit: ofUnit, queries, decimals, min, max, limits } = options;
  builder.title(title).description(description).datasource(dataSource).unit(ofUnit);
  if (decimals !== undefined) builder.decimals(decimals);
  if (min !== undefined) builder.min(min);
  if (max !== undefined) builder.max(max);
  builder.thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(thresholds(limits)));
  queries.forEach(({ expr, legend }, index) => {
    const query = new DataqueryBuilder().datasource(dataSource).refId(refId(index)).expr(expr).legendFormat(legend);
    builder.withTarget(asking(query));
  });
  return builder;
}

const refId = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index);

function thresholds(limits: Limits | undefined): Threshold[] {
  if (limits === undefined) return [{ value: null, color: signal.plain }];
  const { direction, attention, bad } = limits;
  const between = attention === undefined ? [] : [attention];
  if (direction === 'above') {
    return [
      { value: null, color: signal.good },
      ...between.map((value) => ({ value, color: signal.attention })),
      { value: bad, color: signal.bad },
    ];
  }
  return [
    { value: null, color: signal.bad },
    ...(attention === undefined ? [] : [{ value: bad, color: signal.attention }]),
    { value: attention ?? bad, color: signal.good },
  ];
}
