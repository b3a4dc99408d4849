import type uPlot from 'uplot';
import { axis, Chart, type ChartStyle } from './chart.js';
import { byId, setText } from './dom.js';
import { count } from './format.js';
import type { About, Snapshot } from './snapshot.js';

/** How the latest scores are distributed, apart for the two decisions, with the threshold between them. */
export class ScoreChart {
  #chart: Chart | undefined;
  #drawn = '';
  #threshold: number | null = null;

  update({ about, scores, totals }: Snapshot): void {
    setText(byId('score-window'), `last ${count(scores.window)} predictions`);
    const state = `${totals.scored} ${scores.n} ${about.threshold}`;
    if (state === this.#drawn) return;
    this.#drawn = state;
    this.#threshold = about.threshold;
    this.#chart ??= this.#create(about, scores.negative.length);
    if (scores.n === 0) {
      this.#chart.clear('No scores yet');
      return;
    }
    const [low, high] = about.scoreRange;
    const width = (high - low) / scores.negative.length;
    const edges = scores.negative.map((_, i) => low + i * width);
    // Stacked: the positive bar reaches to the sum and the negative bar is drawn over its foot.
    const sums = scores.negative.map((negative, i) => negative + (scores.positive[i] ?? 0));
    const share = (values: readonly number[]): string => {
      const sum = values.reduce((total, value) => total + value, 0);
      return `${((100 * sum) / scores.n).toFixed(0)} %`;
    };
    this.#chart.update(
      [edges, sums, [...scores.negative]],
      [share(scores.negative), share(scores.positive), ''],
      (i) => [
        count(scores.negative[i] ?? 0),
        count(scores.positive[i] ?? 0),
        `score ${(low + i * width).toFixed(2)} to ${(low + (i + 1) * width).toFixed(2)}`,
      ],
    );
  }

  #create(about: About, bins: number): Chart {
    const legend = [
      { label: about.negative, swatch: 'block in-negative' },
      { label: about.positive, swatch: 'block in-positive' },
      { label: '', swatch: 'nothing' },
    ];
    const [low, high] = about.scoreRange;
    return new Chart(byId('score-chart'), legend, (style) => {
      const bar = (color: string): uPlot.Series => {
        const paths = window.uPlot.paths.bars?.({ size: [1, Number.POSITIVE_INFINITY], align: 1, gap: 1 });
        return {
          fill: () => style.color(color),
          width: 0,
          points: { show: false },
          ...(paths === undefined ? {} : { paths }),
        };
      };
      return {
        cursor: {
          x: false,
          points: { show: false },
          dataIdx: (_chart, _series, closest, value) => binAt(value, low, high, bins) ?? closest,
        },
        padding: [0.5 * style.rem, 0.75 * style.rem, 0, 0],
        scales: {
          x: { time: false, range: [low, high] },
          y: { range: (_chart, _min, max) => [0, Math.max(5, max * 1.2)] },
        },
        axes: [
          axis(style, 'x', { values: (_chart, splits) => splits.map((value) => Number(value.toFixed(4)).toString()) }),
          axis(style, 'y', {
            values: (_chart, splits) => splits.map((value) => count(value)),
            incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000],
          }),
        ],
        series: [{}, bar('positive'), bar('negative')],
        hooks: { draw: [(chart) => this.#drawThreshold(chart, style)] },
      };
    });
  }

  #drawThreshold(chart: uPlot, style: ChartStyle): void {
    if (this.#threshold === null) return;
    const x = Math.round(chart.valToPos(this.#threshold, 'x', true));
    const { ctx, bbox } = chart;
    ctx.save();
    ctx.strokeStyle = style.color('ink');
    ctx.lineWidth = Math.max(1, 0.09 * style.rem * window.uPlot.pxRatio);
    ctx.setLineDash([0.3 * style.rem * window.uPlot.pxRatio, 0.2 * style.rem * window.uPlot.pxRatio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    // The line says itself what it is, on the side that has more room.
    const left = x > bbox.left + bbox.width * 0.6;
    const gap = 0.375 * style.rem * window.uPlot.pxRatio * (left ? -1 : 1);
    ctx.font = style.canvasFont;
    ctx.fillStyle = style.color('ink');
    ctx.textAlign = left ? 'right' : 'left';
    ctx.textBaseline = 'top';
    ctx.fillText(`threshold ${this.#threshold}`, x + gap, bbox.top);
    ctx.restore();
  }
}

/** The bin that a score lies in: uPlot would take the nearest left edge, which is the wrong bar half of the time. */
function binAt(value: number, low: number, high: number, bins: number): number | undefined {
  const bin = Math.floor(((value - low) / (high - low)) * bins);
  return bin >= 0 && bin < bins ? bin : undefined;
}
