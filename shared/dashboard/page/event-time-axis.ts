import type uPlot from 'uplot';
import { axis, type ChartStyle } from './chart.js';
import type { EventTimes } from './format.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const steps = [0.25, 0.5, 1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 672, 1344].map((hours) => hours * hourMs);

/** An axis of event time: round times in the demo's own zone, as many as have room. */
export class EventTimeAxis {
  times: EventTimes | undefined;
  #stepMs = hourMs;

  of(style: ChartStyle): uPlot.Axis {
    return axis(style, 'x', {
      space: 5 * style.rem,
      splits: (chart, _axis, min, max) => this.#splits(min, max, chart.width / (5 * style.rem)),
      values: (_chart, splits) => splits.map((ms) => this.#label(ms)),
    });
  }

  #splits(min: number, max: number, room: number): number[] {
    const step = steps.find((candidate) => (max - min) / candidate <= Math.max(1, room)) ?? 4 * 672 * hourMs;
    this.#stepMs = step;
    const offset = this.times?.offset(max) ?? 0;
    const splits: number[] = [];
    for (let at = Math.ceil((min + offset) / step) * step - offset; at <= max; at += step) splits.push(at);
    return splits;
  }

  #label(ms: number): string {
    const { times } = this;
    if (times === undefined) return '';
    const hour = times.hour(ms);
    // Whole days stay whole days where summer time ends between them and midnight has become 1 a.m.
    return this.#stepMs >= dayMs || hour === '00:00' ? times.day(ms) : hour;
  }
}
