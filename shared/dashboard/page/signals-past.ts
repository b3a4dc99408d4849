import { fillList, make, setHidden, setText, setTitle } from './dom.js';
import type { PastSignal } from './signal-state.js';
import { severitySigns } from './signs.js';

/** What was wrong and is over, folded away: for whoever has looked elsewhere for a while. */
export class PastSignals {
  readonly #root: HTMLElement;
  readonly #summary = make('summary');
  readonly #list = make('ul', 'past');

  constructor(root: HTMLElement) {
    this.#root = root;
    // What scrolls must be reachable by keyboard too.
    this.#list.tabIndex = 0;
    root.replaceChildren(this.#summary, this.#list);
  }

  update(past: readonly PastSignal[]): void {
    setHidden(this.#root, past.length === 0);
    const what = past.length === 1 ? '1 thing was wrong' : `${past.length} things were wrong`;
    setText(this.#summary, `Last 15 min: ${what}`);
    fillList(this.#list, past, makePast, fillPast);
  }
}

function makePast(): Element {
  const item = make('li');
  const sign = make('span', 'sign');
  sign.setAttribute('aria-hidden', 'true');
  item.append(sign, make('span', 'when'), make('span', 'unseen'), make('span', 'name'), make('span', 'said'));
  return item;
}

function fillPast(element: Element, { alert, severity, sentence, since, until }: PastSignal): void {
  const [sign, when, unseen, name, said] = element.children;
  if (!(sign && when && unseen && name && said instanceof HTMLElement)) return;
  const { shape, word } = severitySigns[severity];
  setText(sign, shape);
  setText(when, `${clock(since)} to ${clock(until)}`);
  setText(unseen, `, ${word.toLowerCase()}: `);
  setText(name, alert);
  setText(said, sentence);
  setTitle(said, sentence);
}

const clock = (ms: number): string => new Date(ms).toLocaleTimeString('en-GB');
