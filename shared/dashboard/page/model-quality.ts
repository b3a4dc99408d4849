import type uPlot from 'uplot';
import { axis, Chart, type ChartStyle, cursorPoints, type LegendEntry } from './chart.js';
import { make, setText } from './dom.js';
import { EventTimeAxis } from './event-time-axis.js';
import { count, decimals, type EventTimes } from './format.js';
import type { ModelState, ModelVersion } from './model-state.js';
import { makePanel } from './panel.js';

/** Of more versions nobody tells the lines apart. */
const mostLines = 3;
const lines = [
  { colour: 'quality', dash: [] },
  { colour: 'measure', dash: [6, 3] },
  { colour: 'negative', dash: [2, 3] },
] as const;

/** What courses are seen beside. */
interface Level {
  readonly label: string;
  readonly auc: number;
  readonly swatch: string;
  readonly colour: string;
  readonly dash: readonly number[];
}

const coin: Level = { label: 'a coin', auc: 0.5, swatch: 'dashed in-soft', colour: 'ink-soft', dash: [5, 4] };

interface Drawn {
  readonly versions: readonly ModelVersion[];
  readonly levels: readonly Level[];
}

/** The AUC of each version over its last outcomes, in event time, beside what the card of the champion promises. */
export class QualityPanel {
  readonly root: HTMLElement;
  readonly #window: HTMLElement;
  readonly #eventTime = new EventTimeAxis();
  #figure = make('div', 'quality-figure');
  #chart: Chart | undefined;
  #shape = '';
  #drawn = '';

  constructor() {
    const { root, window } = makePanel('model/quality', 'Quality by version');
    this.root = root;
    this.#window = window;
    root.classList.add('chart', 'model-quality');
    root.append(this.#figure);
  }

  draw({ versions, judgedOver }: ModelState, times: EventTimes): void {
    this.#eventTime.times = times;
    setText(this.#window, `AUC of the last ${count(judgedOver)} outcomes by event time; 1 is always right, 0.5 a coin`);
    const drawn = drawnOf(versions);
    const shape = JSON.stringify([drawn.levels, drawn.versions.map(({ name, version }) => [name, version])]);
    if (shape !== this.#shape || this.#chart === undefined) this.#rebuild(drawn);
    this.#shape = shape;
    const state = JSON.stringify(drawn.versions.map(({ measured }) => [measured?.auc, measured?.eventTimes.at(-1)]));
    if (state === this.#drawn) return;
    this.#drawn = state;
    this.#update(drawn, times);
  }

  #update(drawn: Drawn, times: EventTimes): void {
    const data = dataOf(drawn);
    const [x] = data;
    if (x.length < 2) {
      this.#chart?.clear('Drawn when enough outcomes of each class have come');
      return;
    }
    const fixed = drawn.levels.map(({ auc }) => decimals(auc, 3));
    const now = [...drawn.versions.map(({ measured }) => decimals(measured?.auc, 3)), ...fixed, ''];
    this.#chart?.update(data, now, (index) => {
      const time = x[index];
      const values = drawn.versions.map((_, series) => decimals(data[series + 1]?.[index], 3));
      return [...values, ...fixed, time === undefined ? '' : `${times.day(time)} ${times.hour(time)}`];
    });
  }

  /** With other lines it is another chart. */
  #rebuild(drawn: Drawn): void {
    this.#chart?.destroy();
    this.#drawn = '';
    const figure = make('div', 'quality-figure');
    const plot = make('div', 'plot');
    plot.setAttribute('role', 'img');
    plot.setAttribute('aria-label', 'Line chart: the AUC of each version over its last outcomes, over event time');
    plot.append(make('p', 'empty'));
    figure.append(plot, make('ul', 'legend'));
    this.#figure.replaceWith(figure);
    this.#figure = figure;
    const legend: LegendEntry[] = drawn.versions.map(({ name, version }, index) => ({
      label: `${name} ${version}`,
      swatch: `${index === 0 ? '' : 'dashed '}in-${lines[index]?.colour ?? 'soft'}`,
    }));
    legend.push(...drawn.levels.map(({ label, swatch }) => ({ label, swatch })));
    legend.push({ label: '', swatch: 'nothing' });
    this.#chart = new Chart(figure, legend, (style) => this.#options(style, drawn));
  }

  #options(style: ChartStyle, { versions, levels }: Drawn): Omit<uPlot.Options, 'width' | 'height'> {
    const line = (index: number): uPlot.Series => ({
      stroke: () => style.color(lines[index]?.colour ?? 'ink-soft'),
      width: 0.125 * style.rem,
      dash: [...(lines[index]?.dash ?? [])],
      spanGaps: true,
      points: { show: false },
    });
    const level = ({ colour, dash }: Level): uPlot.Series => ({
      stroke: () => style.color(colour),
      width: 0.0625 * style.rem,
      dash: [...dash],
      points: { show: false },
    });
    return {
      cursor: cursorPoints(style),
      padding: [0.5 * style.rem, 0.75 * style.rem, 0, 0],
      scales: {
        x: { time: false },
        y: {
          range: (_chart, min, max) => [
            Math.max(0, Math.min(0.45, (min ?? 0.5) - 0.03)),
            Math.min(1, (max ?? 0.8) + 0.03),
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
      series: [{}, ...versions.map((_, index) => line(index)), ...levels.map(level)],
    };
  }
}

/** Those of which outcomes have come: what serves first. */
function drawnOf(versions: readonly ModelVersion[]): Drawn {
  const drawn = versions.filter(({ measured }) => measured !== null).slice(0, mostLines);
  const champion = versions.find(({ roles }) => roles.includes('champion')) ?? versions[0];
  return { versions: drawn, levels: levelsOf(champion?.card ?? null) };
}

function levelsOf(card: ModelVersion['card']): Level[] {
  const { promisedAuc = null, badBelow = null } = card ?? {};
  return [
    ...(promisedAuc === null
      ? []
      : [{ label: 'promised', auc: promisedAuc, swatch: 'thin in-soft', colour: 'ink-soft', dash: [] }]),
    ...(badBelow === null
      ? []
      : [{ label: 'bad below', auc: badBelow, swatch: 'dashed in-bad', colour: 'bad', dash: [5, 4] }]),
    coin,
  ];
}

/** All courses over the times of all. */
function dataOf({ versions, levels }: Drawn): [number[], ...(number | null)[][]] {
  const courses = versions.map(
    ({ measured }) => new Map(measured?.eventTimes.map((time, index) => [time, measured.values[index] ?? null])),
  );
  const times = [...new Set(courses.flatMap((course) => [...course.keys()]))].sort((a, b) => a - b);
  const courseOf = (course: ReadonlyMap<number, number | null>): (number | null)[] =>
    times.map((time) => course.get(time) ?? null);
  return [times, ...courses.map(courseOf), ...levels.map(({ auc }) => times.map(() => auc))];
}
