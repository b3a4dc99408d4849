import { fillList, make, setText } from '/page/dom.js';
import { count } from '/page/format.js';

interface Gate {
  readonly gate: string;
  readonly flights: number;
}

/** A card a gate. What is no list of gates makes it fail, as the page's tests want it to. */
export function mount(root: HTMLElement): (state: { readonly gates: readonly Gate[] }) => void {
  const cards = make('div', 'cards');
  root.append(cards);
  return ({ gates }) => fillList(cards, gates, makeCard, fillCard);
}

function makeCard(): Element {
  const card = make('section', 'card');
  card.append(make('h3'), make('p', 'number'));
  return card;
}

function fillCard(card: Element, { gate, flights }: Gate): void {
  const [name, number] = card.children;
  if (!(card instanceof HTMLElement && name && number)) return;
  card.dataset.place = gate;
  setText(name, gate);
  setText(number, count(flights));
}
