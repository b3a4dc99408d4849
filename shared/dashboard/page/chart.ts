import type uPlot from 'uplot';
import { make, setHidden, setText, within } from './dom.js';

declare global {
  interface Window {
    /** Set by uplot.js, a classic script that runs before this one. */
    readonly uPlot: typeof uPlot;
  }
}

/** What a chart's options are made of: they are made anew when the type size changes. */
export interface ChartStyle {
  /** The root font size in pixels. */
  readonly rem: number;
  /** In CSS pixels, as uPlot wants it. */
  readonly font: string;
  /** In the canvas's own pixels, for what is drawn by hand. */
  readonly canvasFont: string;
  /** The value of a colour of foundation.css, as it is now. */
  color(name: string): string;
}

export interface LegendEntry {
  readonly label: string;
  /** The swatch's classes, from parts.css. */
  readonly swatch: string;
}

type Options = Omit<uPlot.Options, 'width' | 'height'>;

/**
 * A uPlot chart in a figure of the page: its size, its theme, its empty state and its legend, which is its text twin. Out of sight
 * it is not drawn.
 */
export class Chart {
  readonly #plot: HTMLElement;
  readonly #empty: HTMLElement;
  readonly #options: (style: ChartStyle) => Options;
  readonly #list: HTMLElement;
  readonly #values: readonly HTMLElement[];
  #chart: uPlot | undefined;
  #data: uPlot.AlignedData | undefined;
  #rem = 0;
  #colors = new Map<string, string>();
  #legend: readonly string[] = [];
  #hovered: ((index: number) => readonly string[]) | undefined;
  readonly #resized = new ResizeObserver(() => this.#fit());
  #isSeen = true;
  /** Whether there are data that are not drawn yet, as nobody would see it. */
  #isBehind = false;
  readonly #scrolled = new IntersectionObserver((entries) => this.#see(entries.at(-1)?.isIntersecting ?? true));
  /** Ends what window and document are listened to for. */
  readonly #gone = new AbortController();

  constructor(figure: HTMLElement, legend: readonly LegendEntry[], options: (style: ChartStyle) => Options) {
    this.#plot = within(figure, '.plot');
    this.#empty = within(figure, '.empty');
    this.#options = options;
    this.#list = within(figure, '.legend');
    this.#values = legend.map(({ label, swatch }) => {
      const item = make('li');
      const value = make('span', 'now');
      item.append(make('span', `swatch ${swatch}`), make('span', '', label), value);
      this.#list.append(item);
      return value;
    });
    this.#resized.observe(this.#plot);
    this.#scrolled.observe(this.#plot);
    const { signal } = this.#gone;
    // What is drawn keeps its size on paper, and its place with it: the legend is to be below.
    const keepHeight = (): void => {
      this.#plot.style.height = `${this.#plot.clientHeight}px`;
      this.#catchUp();
    };
    window.addEventListener('beforeprint', keepHeight, { signal });
    const letHeightGo = (): void => {
      this.#plot.style.height = '';
    };
    window.addEventListener('afterprint', letHeightGo, { signal });
    const recolour = (): void => {
      this.#colors.clear();
      this.#chart?.redraw(false);
    };
    document.addEventListener('themechange', recolour, { signal });
  }

  /** Lets go of all that it holds, where another chart takes its place. */
  destroy(): void {
    this.#gone.abort();
    this.#resized.disconnect();
    this.#scrolled.disconnect();
    this.#chart?.destroy();
    this.#chart = undefined;
    this.#data = undefined;
  }

  /** Draws data; `legend` are the values of now, `hovered` those at an index of the data. */
  update(data: uPlot.AlignedData, legend: readonly string[], hovered?: (index: number) => readonly string[]): void {
    this.#data = data;
    this.#legend = legend;
    this.#hovered = hovered;
    setHidden(this.#empty, true);
    this.#list.style.visibility = '';
    if (this.#chart === undefined) this.#build();
    else {
      this.#isBehind = true;
      if (this.#isSeen) this.#catchUp();
    }
    this.#showLegend();
  }

  /** Changes the legend's values of now, without drawing. */
  say(legend: readonly string[]): void {
    this.#legend = legend;
    this.#showLegend();
  }

  /** Shows the empty state again, with why there is nothing to see. */
  clear(reason: string): void {
    setText(this.#empty, reason);
    setHidden(this.#empty, false);
    this.#list.style.visibility = 'hidden';
    this.#chart?.destroy();
    this.#chart = undefined;
    this.#data = undefined;
  }

  #see(isSeen: boolean): void {
    this.#isSeen = isSeen;
    if (isSeen) this.#catchUp();
  }

  #catchUp(): void {
    if (!this.#isBehind || this.#data === undefined) return;
    this.#isBehind = false;
    this.#chart?.setData(this.#data);
  }

  #fit(): void {
    // In a view that is not seen there is no room; it is fitted when it is seen again.
    if (this.#chart === undefined || this.#plot.clientWidth === 0) return;
    if (this.#rem !== rootFontSize()) this.#build();
    else this.#chart.setSize({ width: this.#plot.clientWidth, height: this.#plot.clientHeight });
  }

  #build(): void {
    if (this.#data === undefined) return;
    this.#chart?.destroy();
    this.#isBehind = false;
    this.#rem = rootFontSize();
    const family = getComputedStyle(document.documentElement).fontFamily;
    const options = this.#options({
      rem: this.#rem,
      font: `${0.75 * this.#rem}px ${family}`,
      canvasFont: `${0.75 * this.#rem * window.uPlot.pxRatio}px ${family}`,
      color: (name) => this.#color(name),
    });
    const sized: uPlot.Options = {
      legend: { show: false },
      ...options,
      cursor: { y: false, drag: { x: false, y: false }, ...options.cursor },
      width: this.#plot.clientWidth,
      height: this.#plot.clientHeight,
      hooks: { ...options.hooks, setCursor: [() => this.#showLegend()] },
    };
    this.#chart = new window.uPlot(sized, this.#data, this.#plot);
  }

  #showLegend(): void {
    const index = this.#chart?.cursor.idxs?.[1];
    const texts = typeof index === 'number' && this.#hovered !== undefined ? this.#hovered(index) : this.#legend;
    this.#values.forEach((element, i) => {
      setText(element, texts[i] ?? '');
    });
  }

  #color(name: string): string {
    const known = this.#colors.get(name);
    if (known !== undefined) return known;
    const color = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    this.#colors.set(name, color);
    return color;
  }
}

const rootFontSize = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);

/** An axis in the page's type and colours: hairlines for the y axis, none for the x axis, as wide as its widest label. */
export function axis(style: ChartStyle, side: 'x' | 'y', more: uPlot.Axis): uPlot.Axis {
  const gap = (side === 'x' ? 0.625 : 0.375) * style.rem;
  return {
    font: style.font,
    stroke: () => style.color('ink-soft'),
    gap,
    ticks: { show: false },
    grid: { show: side === 'y', stroke: () => style.color('grid'), width: 1 },
    space: (side === 'x' ? 4.5 : 1.9) * style.rem,
    size: side === 'x' ? 1.625 * style.rem : (_chart, values) => widest(style, values) + gap + 2,
    ...more,
  };
}

const measuring = document.createElement('canvas').getContext('2d');

function widest(style: ChartStyle, values: readonly string[] | null): number {
  if (values === null || measuring === null) return 2 * style.rem;
  measuring.font = style.font;
  return Math.max(0, ...values.map((value) => measuring.measureText(value).width));
}

/** The points under the cursor, in their line's colour. */
export const cursorPoints = (style: ChartStyle): uPlot.Cursor => ({
  points: { size: 0.5 * style.rem, width: 0 },
});
