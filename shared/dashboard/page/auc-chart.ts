import { axis, Chart, cursorPoints } from './chart.js';
import { byId } from './dom.js';
import { EventTimeAxis } from './event-time-axis.js';
import { decimals, type EventTimes } from './format.js';
import type { Snapshot } from './snapshot.js';

/** The course of the running AUC over event time, beside the 0.5 of a coin. */
export class AucChart {
  #chart: Chart | undefined;
  #drawn = '';
  readonly #eventTime = new EventTimeAxis();

  update({ quality }: Snapshot, times: EventTimes): void {
    this.#eventTime.times = times;
    const state = `${quality.eventTimes.length} ${quality.eventTimes.at(-1)}`;
    const legend = [decimals(quality.auc, 3), '0.500', ''];
    if (state === this.#drawn) {
      this.#chart?.say(legend);
      return;
    }
    this.#drawn = state;
    this.#chart ??= this.#create();
    if (quality.eventTimes.length < 2) {
      this.#chart.clear(`Drawn from ${quality.drawnFrom} outcomes on, with enough of each class`);
      return;
    }
    this.#chart.update([[...quality.eventTimes], [...quality.values]], legend, (i) => {
      const time = quality.eventTimes[i];
      return [
        decimals(quality.values[i], 3),
        '0.500',
        time === undefined ? '' : `${times.day(time)} ${times.hour(time)}`,
      ];
    });
  }

  #create(): Chart {
    const legend = [
      { label: 'AUC', swatch: 'in-quality' },
      { label: 'a coin', swatch: 'dashed in-soft' },
      { label: '', swatch: 'nothing' },
    ];
    return new Chart(byId('auc-chart'), legend, (style) => ({
      cursor: cursorPoints(style),
      padding: [0.5 * style.rem, 0.75 * style.rem, 0, 0],
      scales: {
        x: { time: false },
        y: {
          range: (_chart, min, max) => [
            Math.min(0.45, (min ?? 0.5) - 0.02),
            Math.min(1, Math.max(0.8, (max ?? 0.8) + 0.02)),
          ],
        },
      },
      axes: [
        this.#eventTime.of(style),
        axis(style, 'y', {
          incrs: [0.05, 0.1, 0.2],
          values: (_chart, splits) => splits.map((value) => value.toFixed(2).replace(/0$/, '')),
        }),
      ],
      series: [
        {},
        {
          stroke: () => style.color('quality'),
          fill: () => style.color('quality-soft'),
          fillTo: () => 0.5,
          width: 0.125 * style.rem,
          points: { show: false },
        },
      ],
      hooks: {
        draw: [
          (chart) => {
            const { ctx, bbox } = chart;
            const y = Math.round(chart.valToPos(0.5, 'y', true));
            const dash = 0.25 * style.rem * window.uPlot.pxRatio;
            ctx.save();
            ctx.strokeStyle = style.color('ink-soft');
            ctx.lineWidth = Math.max(1, 0.0625 * style.rem * window.uPlot.pxRatio);
            ctx.setLineDash([dash, dash]);
            ctx.beginPath();
            ctx.moveTo(bbox.left, y);
            ctx.lineTo(bbox.left + bbox.width, y);
            ctx.stroke();
            ctx.restore();
          },
        ],
      },
    }));
  }
}
