import { fillList, make, setClass, setText } from '/page/dom.js';
import { count } from '/page/format.js';
import { type GroupState, type Mark, markOf } from './board-state.js';

/** Up: both expect it to be saved. Down: neither does. A diamond: they differ. A circle: only the champion said something. */
const signs = { up: ['△', '▲'], down: ['▽', '▼'], differ: ['◇', '◆'], alone: ['○', '●'] } as const;

const legend: readonly (readonly [string, string, string])[] = [
  ['△', '', 'both expect: saved'],
  ['▽', '', 'both expect: lost'],
  ['◇', '', 'they disagree'],
  ['▲', 'saved', 'saved'],
  ['▼', 'lost', 'lost'],
];

/** The passengers, a mark each: its shape is what the models said, its ground how it ended. */
export function makeManifest(): readonly [HTMLElement, (groups: readonly GroupState[]) => void] {
  const manifest = make('div', 'manifest');
  const key = make('ul', 'key');
  for (const [sign, end, words] of legend) {
    const item = make('li');
    const mark = make('i', `mark ${end}`.trim(), sign);
    mark.setAttribute('aria-hidden', 'true');
    item.append(mark, make('span', '', words));
    key.append(item);
  }
  const grid = make('div', 'groups');
  const room = make('div', 'room');
  room.append(grid);
  manifest.append(
    key,
    make('p', 'note', 'Saved, according to the champion and to the challenger, and in the end:'),
    room,
  );
  return [manifest, (groups) => fillList(grid, groups, makeGroup, fillGroup)];
}

function makeGroup(): Element {
  const group = make('section', 'group');
  const marks = make('div', 'marks');
  marks.setAttribute('role', 'img');
  group.append(make('h3'), make('p', 'note'), make('p', 'note'), marks);
  return group;
}

function fillGroup(group: Element, { name, marks, places, expected, known, saved }: GroupState): void {
  const [heading, foretold, end, drawn] = group.children;
  if (!(heading && foretold && end && drawn)) return;
  setText(heading, `${name}: ${count(marks.length)}`);
  const votes = `champion ${count(expected.champion)} · challenger ${count(expected.challenger)}`;
  const share = `${Math.round((100 * saved) / known)} %`;
  const truth = known === 0 ? 'in the end: not known yet' : `in the end ${count(saved)} of ${count(known)}, ${share}`;
  setText(foretold, votes);
  setText(end, truth);
  drawn.setAttribute('aria-label', `${name}, ${count(marks.length)} passengers, of them saved: ${votes}, ${truth}`);
  fillList(drawn, Array.from(marks), () => make('i', 'mark'), fillMark);
  const ids = new Map(Object.entries(places).map(([id, place]) => [place, id]));
  for (const [place, mark] of [...drawn.children].entries()) {
    const id = ids.get(place);
    if (!(mark instanceof HTMLElement) || mark.dataset.place === id) continue;
    if (id === undefined) delete mark.dataset.place;
    else mark.dataset.place = id;
  }
}

function fillMark(element: Element, letter: string): void {
  const mark = markOf(letter);
  const [hollow, filled] = signs[shapeOf(mark)];
  setText(element, mark.saved === null ? hollow : filled);
  setClass(element, mark.saved === null ? 'mark' : mark.saved ? 'mark saved' : 'mark lost');
}

function shapeOf({ champion, challenger }: Mark): keyof typeof signs {
  if (challenger === null) return 'alone';
  if (champion !== challenger) return 'differ';
  return champion ? 'up' : 'down';
}
