import { csvRows, type Random, type Row } from '#shared/commands';
import { projectFile } from '#shared/project-file';
import { divide } from './divide.js';
import { countings, toKpis } from './kpis.js';
import type { Cell, Outcome, Report } from './topics.js';
import { MINUTE_MS, MINUTES_A_WINDOW, windowId } from './window-time.js';

/** Four days, and three without reports: a lap begins on the same day of the week, which the model asks for. */
const LAP_MS = 7 * 24 * 3_600_000;

export const rows = (): Generator<Row> => csvRows(projectFile('datasets/telco/cells-2026-03.csv.gz'));

/** The start of the row's window. */
export function windowStartIn(row: Row, lap: number): number {
  return timeIn(row('windowStart'), lap);
}

/** A time of the four days, in a lap. */
export function timeIn(iso: string, lap: number): number {
  return Date.parse(iso) + (lap - 1) * LAP_MS;
}

export function toCell(row: Row): Cell {
  return {
    cellId: row('cellId'),
    cellType: row('cellType'),
    bandwidthMhz: Number(row('bandwidthMhz')),
    busyHourUsers: Number(row('busyHourUsers')),
  };
}

/** The row's window as its five minutes might have been: their means and sums are the row again, to the last digit. */
export function toReports(row: Row, lap: number, random: Random): Report[] {
  const parts = countings.map((counting) => divide(Number(row(counting.name)), counting, random));
  const windowStart = windowStartIn(row, lap);
  return Array.from({ length: MINUTES_A_WINDOW }, (_, minute) => ({
    cellId: row('cellId'),
    minute: windowStart + minute * MINUTE_MS,
    ...toKpis((place) => parts[place]?.[minute] ?? Number.NaN),
  }));
}

/** @param knownAt When the truth comes out. */
export function toOutcome(row: Row, lap: number, knownAt: number): Outcome {
  const cellId = row('cellId');
  const windowStart = windowStartIn(row, lap);
  const incident = row('incident');
  return {
    id: windowId(cellId, windowStart),
    cellId,
    windowStart,
    knownAt,
    fault: row('fault') || null,
    incident: incident ? Number(incident) : null,
  };
}
