import { byId, make, setClass, setHidden, setText } from './dom.js';
import { requestToFollow } from './follow-request.js';
import { decimals } from './format.js';
import { rowByKey } from './row-keys.js';
import type { About, Row } from './snapshot.js';

interface RowElements {
  readonly row: HTMLElement;
  /** By which the row is gone to by keyboard: the time, which leads to the record. */
  readonly time: HTMLButtonElement;
  readonly cells: readonly HTMLElement[];
  readonly score: HTMLElement;
  readonly bar: HTMLElement;
  readonly decision: HTMLElement;
  readonly outcome: HTMLElement;
  readonly mark: HTMLElement;
  readonly verdict: HTMLElement;
}

/**
 * A table of predictions. Its rows stay and only their text changes; while nobody scrolls or reads in it, only the rows
 * in sight are there at all: laying out a hundred rows four times a second would cost more than all the rest. While the
 * keyboard's focus is in it, it stands still: what is pressed must be what was read.
 */
export class PredictionTable {
  readonly #table: HTMLElement;
  readonly #empty: HTMLElement;
  #body: HTMLElement;
  #rows: RowElements[] = [];
  #about = '';
  #inSight = Number.POSITIVE_INFINITY;
  #newest: readonly Row[] = [];
  /** What stands still under the keyboard's focus. */
  #held: readonly Row[] | undefined;
  #wanted: (() => void) | undefined;

  constructor(id: string) {
    this.#table = byId(id);
    this.#empty = byId(`${id}-empty`);
    this.#body = make('tbody');
    this.#table.replaceChildren(this.#body);
    const scroll = this.#table.parentElement;
    if (scroll === null) return;
    const look = (focused = document.activeElement): void => {
      const isGoneTo = this.#body.contains(focused);
      this.#held = isGoneTo ? (this.#held ?? this.#newest) : undefined;
      const attended = scroll.scrollTop > 0 || isGoneTo || focused === scroll;
      const inSight = attended ? Number.POSITIVE_INFINITY : Math.ceil(scroll.clientHeight / fitRows(scroll));
      if (inSight === this.#inSight) return;
      this.#inSight = inSight;
      this.#wanted?.();
    };
    new ResizeObserver(() => look()).observe(scroll);
    for (const event of ['scroll', 'focusin']) scroll.addEventListener(event, () => look());
    scroll.addEventListener('focusout', ({ relatedTarget }) => {
      look(relatedTarget instanceof Element ? relatedTarget : null);
    });
    scroll.addEventListener('keydown', (event) => this.#move(event));
  }

  update(about: About, newest: readonly Row[], waitingFor: string): void {
    this.#wanted = () => this.update(about, newest, waitingFor);
    this.#newest = newest;
    const all = this.#held ?? newest;
    const rows = all.slice(0, this.#inSight);
    // What is left out keeps its place, so that there is something to scroll to.
    this.#table.style.marginBottom = `calc(${all.length - rows.length} * var(--row))`;
    setHidden(this.#empty, rows.length > 0);
    setText(this.#empty, waitingFor);
    this.#head(about);
    while (this.#rows.length > rows.length) this.#rows.pop()?.row.remove();
    while (this.#rows.length < rows.length) {
      const made = makeRow(about);
      this.#body.append(made.row);
      this.#rows.push(made);
    }
    const [low, high] = about.scoreRange;
    rows.forEach((row, i) => {
      const elements = this.#rows[i];
      if (elements !== undefined) fill(elements, row, (row.score - low) / (high - low));
    });
    this.#mark();
  }

  /** One row can be reached with the tab key, the others from there. */
  #mark(): void {
    const at = Math.max(
      0,
      this.#rows.findIndex(({ time }) => time === document.activeElement),
    );
    this.#rows.forEach(({ time }, i) => {
      const tabIndex = i === at ? 0 : -1;
      if (time.tabIndex !== tabIndex) time.tabIndex = tabIndex;
    });
  }

  #move(event: KeyboardEvent): void {
    const at = this.#rows.findIndex(({ time }) => time === document.activeElement);
    const to = at < 0 ? undefined : rowByKey(event.key, at, this.#rows.length);
    if (to === undefined) return;
    event.preventDefault();
    this.#rows[to]?.time.focus();
    this.#mark();
  }

  /** Columns have fixed shares of the width: a longer text must not push the table about four times a second. */
  #head(about: About): void {
    const state = JSON.stringify(about);
    if (state === this.#about) return;
    this.#about = state;
    this.#rows = [];
    this.#body = make('tbody');
    const columns = make('colgroup');
    const head = make('tr');
    const add = (header: string, width: string, align = ''): void => {
      columns.append(make('col', width));
      const cell = make('th', align, header);
      cell.setAttribute('scope', 'col');
      head.append(cell);
    };
    add('Event time', 'text');
    // Words take what the figures leave; without any, those share it.
    const hasWords = about.columns.some(({ wide }) => wide);
    for (const { header, wide, align } of about.columns) {
      add(header, wide ? 'words' : hasWords ? 'plain' : '', align === 'right' ? 'right' : '');
    }
    add('Score', 'wide');
    add('Decision', 'middle');
    add('True outcome', 'text');
    add('Verdict', 'narrow');
    this.#table.style.setProperty('--columns', String(about.columns.filter(({ wide }) => !wide).length));
    this.#table.style.setProperty('--wide-columns', String(about.columns.filter(({ wide }) => wide).length));
    const [low, high] = about.scoreRange;
    // Without a threshold its mark lies outside the bar, which cuts it off.
    const threshold = about.threshold === null ? -1 : (about.threshold - low) / (high - low);
    this.#table.style.setProperty('--threshold', String(threshold));
    const top = make('thead');
    top.append(head);
    this.#table.replaceChildren(columns, top, this.#body);
  }
}

/**
 * Stretches the rows so that whole ones fill the height (half a row at the lower edge looks like a mistake) and gives
 * back their height in pixels.
 */
function fitRows(scroll: HTMLElement): number {
  const wanted = 1.875 * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const rows = Math.max(1, Math.floor(scroll.clientHeight / wanted));
  const height = scroll.clientHeight / rows;
  scroll.style.setProperty('--row', `${height}px`);
  return Math.max(1, height);
}

function makeRow(about: About): RowElements {
  const row = make('tr');
  const follow = (): void => {
    if (row.dataset.id !== undefined) requestToFollow(row.dataset.id);
  };
  row.addEventListener('click', () => {
    // Who marks text in a row wants that, and not the record.
    if (getSelection()?.isCollapsed !== false) follow();
  });
  const cell = (className = ''): HTMLElement => {
    const element = make('td', className);
    row.append(element);
    return element;
  };
  const time = document.createElement('button');
  time.type = 'button';
  time.className = 'to-record';
  time.title = 'Follow this record';
  time.tabIndex = -1;
  time.addEventListener('click', (event) => {
    event.stopPropagation();
    follow();
  });
  cell().append(time);
  const cells = about.columns.map(({ align }) => cell(align === 'right' ? 'right' : ''));
  const score = make('span');
  const bar = make('i');
  const track = make('span', 'bar');
  track.setAttribute('aria-hidden', 'true');
  track.append(bar);
  const both = make('span', 'score');
  both.append(score, track);
  cell().append(both);
  const decision = cell('decision');
  const outcome = cell('outcome');
  const mark = make('span');
  mark.setAttribute('aria-hidden', 'true');
  const verdict = make('span');
  const judged = make('span', 'verdict');
  judged.append(mark, verdict);
  cell().append(judged);
  return { row, time, cells, score, bar, decision, outcome, mark, verdict };
}

function fill(elements: RowElements, row: Row, share: number): void {
  const verdict = row.right === null ? 'pending' : row.right ? 'right' : 'wrong';
  setClass(elements.row, `is-${verdict}${row.positive === true ? ' is-positive' : ''}`);
  if (elements.row.dataset.id !== row.id) elements.row.dataset.id = row.id;
  setText(elements.time, row.time);
  elements.cells.forEach((cell, i) => {
    setText(cell, row.cells[i] ?? '');
  });
  setText(elements.score, decimals(row.score, 3));
  elements.bar.style.transform = `scaleX(${Math.min(1, Math.max(0, share)).toFixed(3)})`;
  setText(elements.decision, row.decision ?? '–');
  setText(elements.outcome, row.outcome ?? 'not yet known');
  setText(elements.mark, row.right === null ? '' : row.right ? '✓' : '✗');
  setText(elements.verdict, row.right === null ? '' : verdict);
}
