import { fillList, make, setText, within } from '/page/dom.js';
import { count, none } from '/page/format.js';
import { fillAlarm, makeAlarm } from './alarm-list.js';
import type { BoardState } from './board-state.js';
import { fillCell, makeCell } from './cell-tile.js';

/** The network: a tile for each cell, warmer the less usual it is; beside it the alarms, and what they were worth. */
export function mount(root: HTMLElement): (state: BoardState) => void {
  const network = make('ul', 'network');
  network.setAttribute('aria-label', 'Cells');
  const side = make('div', 'incidents');
  const figures = make('div', 'alarm-figures');
  const heading = make('h3', '', 'Alarms');
  const list = make('ul', 'list');
  // It scrolls, so it must be reached by keyboard.
  list.tabIndex = 0;
  list.setAttribute('aria-label', 'Alarms, open ones first');
  const nothing = make('p', 'note', 'None yet: three of five windows of a cell in a row must be anomalous.');
  side.append(figures, heading, nothing, list);
  root.append(network, side);
  return (state) => {
    fillList(network, state.cells, makeCell, (tile, cell) => fillCell(tile, cell, state.threshold));
    fillList(figures, figuresOf(state), makeFigure, fillFigure);
    nothing.hidden = state.alarms.length > 0;
    fillList(list, state.alarms, makeAlarm, fillAlarm);
  };
}

interface Figure {
  readonly value: string;
  readonly note: string;
}

function figuresOf(state: BoardState): Figure[] {
  const { openAlarms, alarmsToday, judgedAlarms, rightAlarms, knownFaults, foundFaults } = state;
  return [
    { value: count(openAlarms), note: openAlarms === 1 ? 'alarm open' : 'alarms open' },
    { value: count(alarmsToday), note: 'since midnight' },
    { value: ofAll(rightAlarms, judgedAlarms), note: 'alarms were a fault' },
    { value: ofAll(foundFaults, knownFaults), note: 'faults had an alarm' },
  ];
}

/** Of none there is nothing to say yet. */
const ofAll = (some: number, all: number): string => (all === 0 ? none : `${some} of ${all}`);

function makeFigure(): Element {
  const figure = make('p');
  figure.append(make('span', 'number'), make('span', 'note'));
  return figure;
}

function fillFigure(figure: Element, { value, note }: Figure): void {
  if (!(figure instanceof HTMLElement)) return;
  setText(within(figure, '.number'), value);
  setText(within(figure, '.note'), note);
}
