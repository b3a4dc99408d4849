import { fillList, make, setHidden, setText } from './dom.js';
import { count, decimals } from './format.js';
import type { InputDrift } from './model-state.js';

interface Bin {
  readonly label: string;
  readonly trained: number;
  readonly now: number;
  /** The largest share of all, which has the whole length. */
  readonly most: number;
}

/** How an input is distributed now, beside how it was in training. */
export class Distribution {
  readonly root = make('section', 'distribution');
  readonly #title = make('h3');
  readonly #empty = make('p', 'empty');
  readonly #list = make('ul', 'bins');
  readonly #legend = make('ul', 'legend');
  readonly #rows = make('span');

  constructor() {
    this.root.setAttribute('aria-label', 'Training and now');
    const trained = make('li');
    trained.append(make('span', 'swatch block hollow'), make('span', '', 'rows of the training'));
    const now = make('li');
    now.append(make('span', 'swatch block in-positive'), this.#rows);
    this.#legend.append(trained, now);
    this.root.append(this.#title, this.#empty, this.#list, this.#legend);
  }

  draw(input: InputDrift | undefined, rows: number | null): void {
    setText(this.#title, input === undefined ? '' : `${input.name}, in training and now`);
    const bins = input?.bins ?? null;
    setHidden(this.#empty, bins !== null);
    setText(this.#empty, bins === null ? 'How it is distributed is not told' : '');
    setHidden(this.#legend, bins === null);
    setText(this.#rows, rows === null ? 'rows of now' : `the newest ${count(rows)} rows`);
    fillList(this.#list, binsOf(bins), makeBin, fillBin);
  }
}

function binsOf(bins: InputDrift['bins']): Bin[] {
  if (bins === null) return [];
  const { labels, trained, now } = bins;
  const most = Math.max(0.001, ...trained, ...now);
  return labels
    .map((label, index) => ({ label, trained: trained[index] ?? 0, now: now[index] ?? 0, most }))
    .filter((bin, index) => index < labels.length - 2 || bin.trained > 0 || bin.now > 0);
}

function makeBin(): Element {
  const item = make('li', 'bin');
  const bars = make('span', 'bin-bars');
  bars.setAttribute('aria-hidden', 'true');
  bars.append(make('i', 'trained'), make('i', 'now'));
  item.append(make('span', 'label'), bars, make('span', 'share-trained'), make('span', 'share-now'));
  return item;
}

function fillBin(element: Element, { label, trained, now, most }: Bin): void {
  const [name, bars, was, is] = element.children;
  const [wasBar, isBar] = bars?.children ?? [];
  if (!(name && was && is && wasBar instanceof HTMLElement && isBar instanceof HTMLElement)) return;
  setText(name, label);
  setText(was, percent(trained));
  setText(is, percent(now));
  setWidth(wasBar, trained / most);
  setWidth(isBar, now / most);
}

const percent = (share: number): string => `${decimals(100 * share, 1)} %`;

function setWidth(bar: HTMLElement, share: number): void {
  const width = `${Math.round(1_000 * share) / 10}%`;
  if (bar.style.width !== width) bar.style.width = width;
}
