import { make, setText, within } from '/page/dom.js';
import type { CellState } from './board-state.js';

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 36;
const HEIGHT = 12;
/** The score that is drawn at the top, and as warm as it gets. */
const HOTTEST = 3;

export function makeCell(): Element {
  const tile = make('li', 'heat');
  const head = make('span', 'head');
  head.append(make('span', 'name'), make('span', 'score'));
  const trend = document.createElementNS(SVG, 'svg');
  trend.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  trend.setAttribute('preserveAspectRatio', 'none');
  trend.setAttribute('aria-hidden', 'true');
  const threshold = document.createElementNS(SVG, 'line');
  threshold.setAttribute('x2', String(WIDTH));
  trend.append(threshold, document.createElementNS(SVG, 'polyline'));
  tile.append(head, trend, make('span', 'note'));
  return tile;
}

export function fillCell(tile: Element, cell: CellState, threshold: number): void {
  if (!(tile instanceof HTMLElement)) return;
  const { cellId, cellType, scores, isAnomalous, blame } = cell;
  const score = scores.at(-1);
  tile.dataset.place = cellId;
  if (blame === null) delete tile.dataset.tone;
  else tile.dataset.tone = 'alarm';
  // What is usual is not warm at all.
  tile.style.setProperty(
    '--heat',
    String(Math.min(1, Math.max(0, ((score ?? 0) - threshold / 2) / (HOTTEST - threshold)))),
  );
  setText(within(tile, '.name'), cellId.replace(/^cell-/, ''));
  setText(within(tile, '.score'), `${isAnomalous ? '△ ' : ''}${score?.toFixed(1) ?? '–'}`);
  setText(within(tile, '.note'), blame === null ? (cellType ?? '') : `▲ ${blame[0] ?? ''}`);
  const line = tile.querySelector('line');
  line?.setAttribute('y1', String(heightOf(threshold)));
  line?.setAttribute('y2', String(heightOf(threshold)));
  const points = scores.map((one, at) => `${WIDTH - scores.length + at + 0.5},${heightOf(one)}`).join(' ');
  tile.querySelector('polyline')?.setAttribute('points', points);
}

function heightOf(score: number): number {
  return HEIGHT - (Math.min(HOTTEST, score) / HOTTEST) * (HEIGHT - 1) - 0.5;
}
