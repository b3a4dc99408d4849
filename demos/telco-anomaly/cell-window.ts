import { KitError } from '#shared/errors';
import type { Serde } from '#shared/streams';
import { countings } from './kpis.js';
import type { Cell, Report } from './topics.js';
import { MINUTE_MS, MINUTES_A_WINDOW } from './window-time.js';

const ALL_MINUTES = 2 ** MINUTES_A_WINDOW - 1;
/** Beside the minutes: a report came again after the window was complete. */
const REPEATED = 2 ** MINUTES_A_WINDOW;

/**
 * A report counts for the minute that it tells of; its record bears the time at which the minute was over.
 * @throws KitError 'record-unscorable' for what somebody else wrote by another schema: by its record's time it might be
 * passed over as late, and nobody would hear of it.
 */
export function minuteOf({ value }: { readonly value: unknown }): number {
  // What the topic has is a report, or else has no minute.
  const { cellId, minute } = value as Report;
  if (Number.isSafeInteger(minute)) return minute;
  throw new KitError(
    'record-unscorable',
    `A report of ${cellId} tells of the minute ${minute}, which must be whole milliseconds since the epoch.`,
  );
}

/** A report, and the cell that it is of; null where nobody has planned one. */
export interface Observation {
  readonly report: Report;
  readonly cell: Cell | null;
}

/** What is known of a cell's five minutes. */
export interface CellWindow {
  readonly cell: Cell;
  /** A bit for each minute that was reported. */
  readonly minutes: number;
  /** Of each KPI, in its steps: whole numbers, which add up to the same in any order. */
  readonly sums: Int32Array;
}

export const noWindow = (): CellWindow | null => null;

/**
 * Adds a minute. One that was reported before changes nothing.
 * @throws KitError 'record-unscorable' for a report of an unknown cell, or one that lacks a KPI.
 */
export function addReport(_cell: unknown, { report, cell }: Observation, window: CellWindow | null): CellWindow {
  if (cell === null) {
    throw new KitError(
      'record-unscorable',
      `A report came of ${report.cellId}, of which telco-anomaly.cells says nothing; it must be planned there first.`,
    );
  }
  const minute = 2 ** ((report.minute / MINUTE_MS) % MINUTES_A_WINDOW);
  const { minutes, sums } = window ?? { minutes: 0, sums: new Int32Array(countings.length) };
  if (minutes & minute) return { cell, minutes: minutes < ALL_MINUTES ? minutes : ALL_MINUTES | REPEATED, sums };
  countings.forEach(({ name, steps }, place) => {
    const value = report[name];
    if (!Number.isFinite(value)) {
      throw new KitError('record-unscorable', `A report of ${report.cellId} has no ${name}, which must be a number.`);
    }
    sums[place] = (sums[place] ?? 0) + Math.round(value * steps);
  });
  return { cell, minutes: minutes | minute, sums };
}

/** With the report that completes it, and not again. */
export function isComplete({ minutes }: CellWindow): boolean {
  return minutes === ALL_MINUTES;
}

/** Numbers as they lie in memory: a window is read and written with each report, and as JSON that would cost more than all else. */
export const cellWindowSerde: Serde<CellWindow> = {
  serialize({ cell, minutes, sums }) {
    const numbers = Int32Array.of(minutes, cell.bandwidthMhz, cell.busyHourUsers, ...sums);
    return Buffer.concat([Buffer.from(numbers.buffer), Buffer.from(`${cell.cellType} ${cell.cellId}`)]);
  },
  deserialize(bytes) {
    const textAt = Int32Array.BYTES_PER_ELEMENT * (3 + countings.length);
    const [minutes = 0, bandwidthMhz = 0, busyHourUsers = 0, ...sums] = new Int32Array(
      new Uint8Array(bytes.subarray(0, textAt)).buffer,
    );
    const text = bytes.toString('utf8', textAt);
    const space = text.indexOf(' ');
    const cell = { cellType: text.slice(0, space), cellId: text.slice(space + 1), bandwidthMhz, busyHourUsers };
    return { cell, minutes, sums: Int32Array.from(sums) };
  },
};
