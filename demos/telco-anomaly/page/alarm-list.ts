import { make, setText, within } from '/page/dom.js';
import { decimals } from '/page/format.js';
import type { AlarmState } from './board-state.js';

const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

export function makeAlarm(): Element {
  const row = make('li');
  const what = make('span', 'what');
  what.append(make('span', 'name'), make('span', 'note'), make('span', 'truth'));
  row.append(make('span', 'badge'), what);
  return row;
}

export function fillAlarm(row: Element, alarm: AlarmState): void {
  if (!(row instanceof HTMLElement)) return;
  const { cellId, since, until, isOpen, peakScore, blame, truth, wasRight } = alarm;
  const badge = within(row, '.badge');
  setText(badge, isOpen ? 'open' : 'closed');
  if (isOpen) badge.dataset.tone = 'alarm';
  else delete badge.dataset.tone;
  setText(within(row, '.name'), `${cellId}: ${blame.slice(0, 2).join(', ')}`);
  const lasted = isOpen ? 'since' : `${durationOf(until - since)} from`;
  setText(within(row, '.note'), `${lasted} ${clock.format(since)}, peak ${decimals(peakScore, 1)}`);
  const known = within(row, '.truth');
  setText(known, truth === null ? 'no ticket yet' : `${wasRight ? '✓' : '✗'} ${truth}`);
  if (truth === null) delete known.dataset.tone;
  else known.dataset.tone = wasRight ? 'good' : 'alarm';
}

function durationOf(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')}`;
}
