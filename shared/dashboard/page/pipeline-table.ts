import { fillList, make, setText } from './dom.js';
import { count, none, rate } from './format.js';
import type { DrawnBox, PipelineDrawing, PipelineState } from './pipeline-state.js';

const headers = ['From', 'To', 'What goes this way', 'Records a second', 'Waiting'] as const;

/** The picture as a table, for whoever cannot see it, and for whoever wants the figures. */
export class PipelineTable {
  readonly root = make('details', 'panel pipeline-table pipeline-fold');
  readonly #body = make('tbody');

  constructor() {
    const head = make('thead');
    const row = make('tr');
    for (const header of headers) {
      const cell = make('th', header === 'Records a second' || header === 'Waiting' ? 'right' : '', header);
      cell.setAttribute('scope', 'col');
      row.append(cell);
    }
    head.append(row);
    const table = make('table');
    const caption = make('caption', 'unseen', 'Every line of the pipeline, and what goes along it');
    table.append(caption, head, this.#body);
    const scroll = make('div', 'scroll');
    scroll.tabIndex = 0;
    scroll.append(table);
    this.root.append(make('summary', '', 'The same as a table'), scroll);
  }

  update(state: PipelineState & { readonly drawing: PipelineDrawing }): void {
    const { drawing, flows, waiting, deadLetters } = state;
    const names = new Map(drawing.boxes.map((box) => [box.id, nameOf(box)]));
    const rows = drawing.links.map(({ from, to, kind }, at) => {
      const flow = flows[at] ?? null;
      const lag = waiting[from];
      const what =
        kind === 'flow' ? 'records' : kind === 'store' ? 'a store' : `dead letters, ${count(deadLetters.total)}`;
      return [
        names.get(from) ?? 'any operator',
        names.get(to) ?? to,
        what,
        flow === null ? none : rate(flow),
        lag === undefined ? '' : `${count(lag.records)}${lag.isStuck ? ', stuck' : ''}`,
      ];
    });
    fillList(this.#body, rows, makeRow, (row, texts) => {
      texts.forEach((text, at) => {
        const cell = row.children[at];
        if (cell !== undefined) setText(cell, text);
      });
    });
  }
}

function makeRow(): HTMLElement {
  const row = make('tr');
  headers.forEach((_header, at) => {
    row.append(make('td', at > 2 ? 'right' : ''));
  });
  return row;
}

/** A box in a line of text. */
export function nameOf({ kind, title, steps }: DrawnBox): string {
  if (kind !== 'operators') return kind === 'producer' ? 'producer' : kind === 'page' ? 'this page' : title;
  const [first, ...others] = steps;
  const last = others.at(-1);
  return last === undefined ? (first?.words ?? '') : `${first?.words ?? ''} … ${last.words}`;
}
