import { fillList, make, setClass, setHidden, setText } from './dom.js';
import { count, rate } from './format.js';
import { makePanel } from './panel.js';
import type { PipelineScorer } from './pipeline-state.js';

/** The scorers that share the work, a card each: which partitions it has, and what it does. */
export class PipelineScorers {
  readonly root: HTMLElement;
  readonly #list = make('ul', 'pipeline-cards');
  readonly #empty = make('p', 'empty', 'No heartbeat yet');

  constructor() {
    const { root, window } = makePanel('pipeline/scorers', 'Scorers');
    this.root = root;
    root.classList.add('pipeline-scorers');
    setText(window, 'and the partitions that each of them has');
    root.append(this.#empty, this.#list);
  }

  update(scorers: readonly PipelineScorer[]): void {
    setHidden(this.#empty, scorers.length > 0);
    fillList(this.#list, scorers, makeCard, fillCard);
  }
}

function makeCard(): HTMLElement {
  const card = make('li');
  card.append(make('p', 'instance'), make('p', 'state'), make('ul', 'has'));
  return card;
}

function fillCard(card: Element, { instance, state, silentSeconds, recordsPerSecond, has }: PipelineScorer): void {
  const [name, said, list] = card.children;
  if (name === undefined || said === undefined || list === undefined) return;
  setClass(card, silentSeconds === null ? '' : 'silent');
  setText(name, instance);
  const word = state === 'RUNNING' ? `${rate(recordsPerSecond)} scored/s` : state.toLowerCase().replaceAll('_', ' ');
  setText(said, silentSeconds === null ? word : `silent for ${count(silentSeconds)} s`);
  fillList(
    list,
    has,
    () => make('li'),
    (item, { topic, partitions }) => setText(item, `${topic} ${ranges(partitions)}`),
  );
}

/** 0, 1, 2, 5 → '0–2, 5' */
function ranges(partitions: readonly number[]): string {
  const parts: { from: number; to: number }[] = [];
  for (const partition of partitions) {
    const last = parts.at(-1);
    if (last !== undefined && last.to === partition - 1) last.to = partition;
    else parts.push({ from: partition, to: partition });
  }
  return parts.map(({ from, to }) => (from === to ? String(from) : `${from}–${to}`)).join(', ');
}
