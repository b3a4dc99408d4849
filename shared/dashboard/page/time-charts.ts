import type uPlot from 'uplot';
import { axis, Chart, type ChartStyle, cursorPoints } from './chart.js';
import { byId } from './dom.js';
import { milliseconds, rate } from './format.js';
import type { Snapshot } from './snapshot.js';

type Series = Snapshot['series'];

/** Seconds before now, −299 … 0: the x values never change, so the axis stands still while the lines move. */
const ages = (length: number): number[] => Array.from({ length }, (_, i) => i - length + 1);

const agesAxis = (style: ChartStyle): uPlot.Axis =>
  axis(style, 'x', {
    scale: 'age',
    splits: (_chart, _axis, min) => [min, -240, -180, -120, -60, 0],
    values: (_chart, splits) => splits.map(ageLabel),
    filter: (chart, splits) =>
      chart.width < 26 * style.rem ? splits.map((age, i) => (i % 2 === 1 ? age : null)) : splits,
  });

/** uPlot hands on null for a split that the filter took out. */
function ageLabel(age: number | null): string | null {
  if (age === null) return null;
  return age === 0 ? 'now' : `${Math.round(age / 60)} min`.replace('-', '−');
}

const agesScale = (series: Series): uPlot.Scale => ({ time: false, range: [1 - series.length, 0] });

export const secondsAgo = (series: Series, index: number): number => series.length - 1 - index;

/** Records read and records scored, each second of the last five minutes. */
export class RateChart {
  #chart: Chart | undefined;
  #end = -1;

  update({ series, rate: now, totals }: Snapshot): void {
    if (series.end === this.#end) return;
    this.#end = series.end;
    this.#chart ??= this.#create(series);
    if (series.end === 0) {
      this.#chart.clear(totals.scored === 0 ? 'No records yet' : 'No records in the last 5 min');
      return;
    }
    this.#chart.update(
      [ages(series.length), [...series.input], [...series.scored]],
      [rate(now.input), rate(now.scored)],
      (i) => [rate(series.input[i] ?? null), rate(series.scored[i] ?? null)],
    );
  }

  #create(series: Series): Chart {
    const legend = [
      { label: 'read', swatch: 'in-soft' },
      { label: 'scored', swatch: 'in-measure' },
    ];
    return new Chart(byId('rate-chart'), legend, (style) => ({
      cursor: cursorPoints(style),
      padding: [0.5 * style.rem, 0.75 * style.rem, 0, 0],
      scales: { age: agesScale(series), y: { range: (_chart, _min, max) => [0, Math.max(1, max * 1.08)] } },
      axes: [agesAxis(style), axis(style, 'y', { values: (_chart, splits) => splits.map(compact) })],
      series: [
        { scale: 'age' },
        { stroke: () => style.color('ink-soft'), width: 0.0625 * style.rem, points: { show: false } },
        {
          stroke: () => style.color('measure'),
          fill: () => style.color('measure-soft'),
          width: 0.125 * style.rem,
          points: { show: false },
        },
      ],
    }));
  }
}

/** Median and 99th percentile of the latency of each second; log-scaled, since a hiccup is a hundred times the median. */
export class LatencyChart {
  #chart: Chart | undefined;
  #drawn = '';

  update({ series, latency }: Snapshot): void {
    const state = `${series.end} ${latency.missing}`;
    if (state === this.#drawn) return;
    this.#drawn = state;
    this.#chart ??= this.#create(series);
    if (!series.p50.some((value) => value !== null)) {
      this.#chart.clear(latency.missing === 'unpaced run' ? 'Not measured in an unpaced run' : 'No latency yet');
      return;
    }
    this.#chart.update(
      [ages(series.length), [...series.p50], [...series.p99]],
      [`${milliseconds(latency.p50)} ms`, `${milliseconds(latency.p99)} ms`],
      (i) => [`${milliseconds(series.p50[i])} ms`, `${milliseconds(series.p99[i])} ms`],
    );
  }

  #create(series: Series): Chart {
    const legend = [
      { label: 'median', swatch: 'in-measure' },
      { label: '99th percentile', swatch: 'thin in-measure' },
    ];
    const line = (style: ChartStyle, width: number): uPlot.Series => ({
      stroke: () => style.color('measure'),
      width: width * style.rem,
      points: { show: false },
      // At a few records a second some seconds are empty; only a real pause breaks the line.
      gaps: (chart, _series, _first, _last, gaps) => {
        const pixelsOfPause = (5 / series.length) * chart.bbox.width;
        return gaps.filter(([from, to]) => to - from > pixelsOfPause);
      },
    });
    return new Chart(byId('latency-chart'), legend, (style) => ({
      cursor: cursorPoints(style),
      padding: [0.5 * style.rem, 0.75 * style.rem, 0, 0],
      scales: { age: agesScale(series), y: { distr: 3, log: 10, range: (_chart, min, max) => decades(min, max) } },
      axes: [
        agesAxis(style),
        axis(style, 'y', {
          splits: (_chart, _axis, min, max) => oneTwoFives(min, max),
          values: (_chart, splits) => splits.map((value) => (value === null ? null : value.toLocaleString('en-US'))),
          filter: (_chart, splits) => splits,
        }),
      ],
      series: [{ scale: 'age' }, line(style, 0.15), line(style, 0.0625)],
      bands: [{ series: [2, 1], fill: () => style.color('measure-soft') }],
    }));
  }
}

/** The nearest steps of 1, 2, 5, 10, … around the values. */
function decades(min: number | null, max: number | null): [number, number] {
  const low = Math.max(0.01, min ?? 1);
  const high = Math.max(low, max ?? 10);
  const steps = oneTwoFives(low / 5, high * 5);
  const below = steps.filter((step) => step <= low * 0.95).at(-1) ?? low;
  const above = steps.find((step) => step >= high * 1.05) ?? high;
  return [below, above];
}

function oneTwoFives(min: number, max: number): number[] {
  const all: number[] = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power++) {
    for (const step of [1, 2, 5]) all.push(Number((step * 10 ** power).toPrecision(1)));
  }
  const inside = all.filter((step) => step >= min * 0.999 && step <= max * 1.001);
  // Over more than two decades only the powers of ten keep apart.
  return inside.length <= 6
    ? inside
    : inside.filter((step) => Number.isInteger(Math.round(Math.log10(step) * 1e6) / 1e6));
}

const compactNumber = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
const compact = (value: number): string => compactNumber.format(value);
