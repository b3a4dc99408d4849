import { fillList, make, setText } from '/page/dom.js';
import { count, counted } from '/page/format.js';
import type { BoardState, DisagreementState, TallyState, Vote } from './board-state.js';
import { makeForm } from './form.js';
import { makeManifest } from './manifest.js';

/** The passengers by class and sex, how often each model was right, about whom they disagree, and a form for one's own. */
export function mount(root: HTMLElement): (state: BoardState) => void {
  const when = make('p', 'when');
  const calendar = 'The calendar is moved by a hundred years: Kafka counts time from 1970.';
  const [manifest, fillManifest] = makeManifest();
  const ship = make('section', 'ship');
  ship.append(when, make('p', 'note', calendar), manifest);
  const tallies = make('section', 'tallies');
  const sum = make('p', 'note');
  const rows = make('ul', 'list');
  const disagreements = make('section', 'disagreements');
  disagreements.append(make('h3', '', 'About whom they disagree'), sum, rows);
  root.append(ship, tallies, disagreements, makeForm());
  return (state) => {
    setText(when, state.when === '' ? 'Before the voyage' : `${state.when} · ${state.what}`);
    fillManifest(state.groups);
    fillList(tallies, state.tallies, makeTally, fillTally);
    fillList(rows, state.disagreements.newest, makeDisagreement, fillDisagreement);
    setText(sum, sumOf(state.disagreements));
  };
}

function sumOf({ total, championRight, challengerRight }: BoardState['disagreements']): string {
  if (total === 0) return 'Nobody yet';
  const known = championRight + challengerRight;
  if (known === 0) return counted(total, 'passenger');
  return `${counted(total, 'passenger')}; right of ${known}: champion ${championRight}, challenger ${challengerRight}`;
}

function makeTally(): Element {
  const card = make('section', 'card');
  card.append(make('h3'), make('p', 'number'), make('p', 'note'), make('p', 'note'));
  return card;
}

function fillTally(card: Element, { role, model, right, known, heldOutRight, heldOut }: TallyState): void {
  const [name, number, note, held] = card.children;
  if (!(name && number && note && held)) return;
  setText(name, model === '' ? role : `${role}: ${model}`);
  const share = (part: number, of: number): string => (of === 0 ? '–' : `${((100 * part) / of).toFixed(1)} %`);
  setText(number, share(heldOutRight, heldOut));
  setText(
    note,
    heldOut === 0 ? 'right, when it is known' : `right: ${count(heldOutRight)} of ${count(heldOut)} not trained on`,
  );
  // Never empty: what lies below would jump.
  setText(
    held,
    known === 0
      ? 'those trained on are counted apart'
      : `with those trained on: ${share(right, known)} of ${count(known)}`,
  );
}

function makeDisagreement(): Element {
  const row = make('li');
  row.append(make('p', 'name'), make('p', 'note'), make('p', 'votes'), make('p', 'note'), make('p', 'end'));
  return row;
}

const inWords = ({ saved, score }: Vote): string => `${saved ? '△' : '▽'} ${score}`;

function fillDisagreement(row: Element, state: DisagreementState): void {
  const [name, person, votes, why, end] = row.children;
  if (!(row instanceof HTMLElement && name && person && votes && why && end)) return;
  row.dataset.place = state.id;
  setText(name, state.name);
  setText(person, state.person);
  setText(votes, `Champion ${inWords(state.champion)} · Challenger ${inWords(state.challenger)}`);
  setText(why, `Why: ${state.why}`);
  const right = state.champion.saved === state.saved ? 'champion' : 'challenger';
  setText(end, state.saved === null ? '' : `${state.saved ? 'Saved' : 'Lost'}: the ${right} was right`);
}
