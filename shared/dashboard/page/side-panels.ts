import { byId, fillList, make, setClass, setHidden, setText } from './dom.js';
import { count, counted, rate } from './format.js';
import type { DeadLetter, PageState, Scorer, Snapshot } from './snapshot.js';

/** The column beside the tables: scorers, dead letters, and where things are. */
export function updateSide({ snapshot, facts }: PageState): void {
  const { scorers, deadLetters } = snapshot;
  setHidden(byId('scorers-empty'), scorers.length > 0);
  fillList(byId('scorers'), scorers, makeLines, (element, scorer) => fillScorer(element, scorer, snapshot.model));
  setHidden(byId('dead-letters-panel'), deadLetters.length === 0);
  fillList(byId('dead-letters'), deadLetters, makeLines, fillDeadLetter);
  updateFacts(facts);
}

let shownFacts = '';

/** Facts change once in a while, so their list is made anew; an address of the web becomes a link. */
function updateFacts(facts: PageState['facts']): void {
  const state = JSON.stringify(facts);
  if (state === shownFacts) return;
  shownFacts = state;
  const list = byId('facts');
  list.replaceChildren();
  for (const [name, value] of Object.entries(facts)) {
    // The header shows these two.
    if (/^(mode|guarantee)$/i.test(name)) continue;
    const fact = make('dd');
    fact.append(/^https?:\/\/[^\s<>"]+$/.test(value) ? makeLink(value) : value);
    list.append(make('dt', '', name), fact);
  }
}

function makeLink(address: string): HTMLElement {
  const link = document.createElement('a');
  link.href = address;
  link.textContent = address;
  return link;
}

function makeLines(): HTMLElement {
  return make('li');
}

function fillScorer(element: Element, scorer: Scorer, served: Snapshot['model']): void {
  const silent = scorer.silentSeconds !== null;
  setClass(element, silent ? 'silent' : '');
  if (element.childElementCount === 0) {
    const line = make('p', 'line');
    line.append(make('span', 'instance'), make('span', 'state'));
    element.append(line, make('p', 'numbers'), make('p', 'model'));
  }
  const [line, numbers, model] = element.children;
  const [instance, state] = line?.children ?? [];
  if (!(numbers && model && instance && state)) return;
  setText(instance, scorer.instance);
  setText(state, silent ? `silent for ${count(scorer.silentSeconds ?? 0)} s` : scorer.state);
  const partitions = counted(scorer.partitions, 'partition');
  setText(numbers, `${rate(scorer.recordsPerSecond)} records/s · ${partitions} · ${count(scorer.scoredTotal)} scored`);
  // What the header says already is not said again beside each scorer; during a swap the difference shows.
  const same = served !== null && scorer.model === `${served.name} ${served.version}`;
  setText(model, same ? '' : scorer.model);
}

function fillDeadLetter(element: Element, letter: DeadLetter): void {
  if (element.childElementCount === 0) element.append(make('p', 'reason'), make('p', 'at'));
  const [reason, at] = element.children;
  if (!(reason && at)) return;
  setText(reason, letter.reason);
  setText(at, letter.at);
}
