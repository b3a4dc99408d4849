import { make } from './dom.js';
import type { RecordTimes } from './record-times.js';
import type { PeekedPart, PeekedRecord } from './records-state.js';
import { inShort } from './records-values.js';
import { rowByKey } from './row-keys.js';

/** A column of a table of records. */
export interface RecordColumn {
  readonly header: string;
  /** Its class: what width it has, and how it is written. */
  readonly className: string;
  fill(cell: HTMLElement, record: PeekedRecord): void;
}

/** Where a record lies, as one word. */
export const placeOf = ({ partition, offset }: Pick<PeekedRecord, 'partition' | 'offset'>): string =>
  `${partition}/${offset}`;

const keyOf = (record: Placed): string => `${record.topic} ${placeOf(record)}`;

type Placed = Pick<PeekedRecord, 'topic' | 'partition' | 'offset'>;

/** When a record was, in event time as a rule. */
export function timeColumn(times: () => RecordTimes): RecordColumn {
  return {
    header: 'Time',
    className: 'when',
    fill: (cell, { timestamp }) => {
      cell.textContent = times().text(timestamp);
    },
  };
}

/** Key and value, each on one line. */
export const plainColumns: readonly RecordColumn[] = [
  { header: 'Key', className: 'key', fill: (cell, { key }) => fillPart(cell, key, 'no key') },
  { header: 'Value', className: 'value', fill: (cell, { value }) => fillPart(cell, value, 'tombstone') },
];

function fillPart(cell: HTMLElement, part: PeekedPart, empty: string): void {
  if (part.kind === 'null') cell.append(make('span', 'chip', empty));
  else if (part.kind === 'bytes') cell.append(make('span', 'chip is-odd', 'not decoded'), inShort(part).slice(0, 200));
  else cell.textContent = inShort(part).slice(0, 400);
}

const MOST_LIT = 8;

/**
 * Records, a row each, of which one is chosen: by a click, or with the arrow keys from one row to the next. Rows stay where
 * their records do, so that what is read is not written anew under the eye.
 */
export class RecordTable {
  readonly root = make('div', 'scroll records-scroll');
  readonly #body = make('tbody');
  readonly #columns: readonly RecordColumn[];
  readonly #choose: (record: PeekedRecord, how: 'looking' | 'entering') => void;
  #rows: { readonly record: PeekedRecord; readonly row: HTMLElement; readonly button: HTMLElement }[] = [];
  #chosen: string | undefined;

  constructor(
    label: string,
    columns: readonly RecordColumn[],
    choose: (record: PeekedRecord, how: 'looking' | 'entering') => void,
  ) {
    this.#columns = columns;
    this.#choose = choose;
    const table = make('table', 'records-table');
    table.setAttribute('aria-label', label);
    const head = make('tr');
    for (const { header, className } of [{ header: 'Partition/offset', className: 'place' }, ...columns]) {
      const cell = make('th', className, header);
      cell.setAttribute('scope', 'col');
      head.append(cell);
    }
    const top = make('thead');
    top.append(head);
    table.append(top, this.#body);
    this.root.append(table);
    this.root.addEventListener('keydown', (event) => this.#move(event));
  }

  /** Shows these; `isNews` lights up those that were not there before, unless nearly all are new: that tells nothing, and costs much. */
  update(records: readonly PeekedRecord[], { isNews = false }: { readonly isNews?: boolean } = {}): void {
    const known = new Map(this.#rows.map((each) => [keyOf(each.record), each]));
    const isLit = isNews && records.filter((record) => !known.has(keyOf(record))).length <= MOST_LIT;
    this.#rows = records.map((record) => known.get(keyOf(record)) ?? this.#makeRow(record, isLit));
    const wanted = this.#rows.map(({ row }) => row);
    if (
      wanted.some((row, index) => this.#body.children[index] !== row) ||
      this.#body.childElementCount > wanted.length
    ) {
      const focused = document.activeElement;
      this.#body.replaceChildren(...wanted);
      if (focused instanceof HTMLElement && this.#body.contains(focused)) focused.focus({ preventScroll: true });
    }
    this.#mark();
  }

  /** Marks the record that is shown beside the table. */
  mark(record: Placed | undefined): void {
    this.#chosen = record && keyOf(record);
    this.#mark();
  }

  /** Puts the keyboard's focus to the row that is marked. */
  focus(): void {
    this.#rows.find(({ record }) => keyOf(record) === this.#chosen)?.button.focus();
  }

  /** Fills the cells anew: what is shown of the records depends on more than themselves. */
  refill(): void {
    for (const { record, row } of this.#rows) this.#fill(row, record);
  }

  #makeRow(record: PeekedRecord, isLit: boolean) {
    const row = make('tr', isLit ? 'is-new' : '');
    const button = make('button', 'place', placeOf(record));
    button.setAttribute('type', 'button');
    const place = make('td', 'place');
    place.append(button);
    row.append(place, ...this.#columns.map(({ className }) => make('td', className)));
    this.#fill(row, record);
    button.addEventListener('click', (event) => {
      event.stopPropagation();
      this.#choose(record, 'entering');
    });
    row.addEventListener('click', () => {
      // Who marks text in a row wants that, and not the row.
      if (getSelection()?.isCollapsed === false) return;
      button.focus({ preventScroll: true });
      this.#choose(record, 'looking');
    });
    return { record, row, button };
  }

  #fill(row: HTMLElement, record: PeekedRecord): void {
    this.#columns.forEach((column, index) => {
      const cell = row.children[index + 1];
      if (!(cell instanceof HTMLElement)) return;
      cell.replaceChildren();
      column.fill(cell, record);
    });
  }

  #mark(): void {
    // One row can be reached with the tab key, the others from there.
    const chosen = this.#rows.findIndex(({ record }) => keyOf(record) === this.#chosen);
    this.#rows.forEach(({ row, button }, index) => {
      row.classList.toggle('is-chosen', index === chosen);
      button.tabIndex = index === Math.max(0, chosen) ? 0 : -1;
      if (index === chosen) button.setAttribute('aria-current', 'true');
      else button.removeAttribute('aria-current');
    });
  }

  #move(event: KeyboardEvent): void {
    const at = this.#rows.findIndex(({ button }) => button === document.activeElement);
    const to = at < 0 ? undefined : rowByKey(event.key, at, this.#rows.length);
    if (to === undefined) return;
    event.preventDefault();
    const target = this.#rows[to];
    if (target === undefined) return;
    target.button.focus();
    this.#choose(target.record, 'looking');
  }
}
