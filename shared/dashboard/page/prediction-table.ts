import { byId, make, setClass, setHidden, setText } from './dom.js';
import { requestToFollow } from './follow-request.js';
import { decimals } from './format.js';
import type { About, Row } from './snapshot.js';

interface RowElements {
  readonly row: HTMLElement;
  readonly time: HTMLElement;
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
 * in sight are there at all: laying out a hundred rows four times a second would cost more than all the rest.
 */
export class PredictionTable {
  readonly #table: HTMLElement;
  readonly #empty: HTMLElement;
  #body: HTMLElement;
  #rows: RowElements[] = [];
  #about = '';
  #inSight = Number.POSITIVE_INFINITY;
  #wanted: (() => void) | undefined;

  constructor(id: string) {
    this.#table = byId(id);
    this.#empty = byId(`${id}-empty`);
    this.#body = make('tbody');
    this.#table.replaceChildren(this.#body);
    const scroll = this.#table.parentElement;
    if (scroll === null) return;
    const look = (): void => {
      const attended = scroll.scrollTop > 0 || scroll.contains(document.activeElement);
      const inSight = attended ? Number.POSITIVE_INFINITY : Math.ceil(scroll.clientHeight / fitRows(scroll));
      if (inSight === this.#inSight) return;
      this.#inSight = inSight;
      this.#wanted?.();
    };
    new ResizeObserver(look).observe(scroll);
    for (const event of ['scroll', 'focusin', 'focusout']) scroll.addEventListener(event, look);
  }

  update(about: About, all: readonly Row[], waitingFor: string): void {
    this.#wanted = () => this.update(about, all, waitingFor);
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
    for (const column of about.columns) {
      add(column.header, column.wide ? 'words' : '', column.align === 'right' ? 'right' : '');
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
  row.addEventListener('click', () => {
    // Who marks text in a row wants that, and not the record.
    if (getSelection()?.isCollapsed !== false && row.dataset.id !== undefined) requestToFollow(row.dataset.id);
  });
  const cell = (className = ''): HTMLElement => {
    const element = make('td', className);
    row.append(element);
    return element;
  };
  const time = cell();
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
