import { fillList, make, setText } from '/page/dom.js';
import { count } from '/page/format.js';
import type { AirportState, BoardState } from './board-state.js';

/** The three airports, each with its flights of now and how many of them the model expects to be late. */
export function mount(root: HTMLElement): (state: BoardState) => void {
  const cards = make('div', 'cards airports');
  root.append(cards);
  return ({ airports }) => fillList(cards, airports, makeCard, fillCard);
}

function makeCard(): Element {
  const card = make('section', 'card');
  const share = make('span', 'bar');
  share.append(make('i'));
  card.append(make('h3'), make('p', 'number'), make('p', 'note'), share);
  return card;
}

function fillCard(card: Element, { airport, name, predicted, delayed }: AirportState): void {
  const [heading, number, note, share] = card.children;
  if (!(card instanceof HTMLElement && heading && number && note && share instanceof HTMLElement)) return;
  card.dataset.place = airport;
  setText(heading, `${airport} ${name}`);
  setText(number, count(delayed));
  setText(note, `of the last ${count(predicted)} flights expected late`);
  share.dataset.tone = 'alarm';
  share.style.setProperty('--share', String(predicted === 0 ? 0 : delayed / predicted));
}
