import type { Row } from '#shared/commands';
import type { Alarm } from './topics.js';
import { MINUTE_MS, WINDOW_MS } from './window-time.js';

const WINDOWS_A_DAY = (24 * 60 * MINUTE_MS) / WINDOW_MS;

/** What alarms were worth, held against what was really the matter: for a test, which holds the README against it. */
export interface AlarmFigures {
  readonly alarms: number;
  /** Alarms beyond the first of an incident. */
  readonly repeated: number;
  /** Alarms of windows in which nothing was the matter. */
  readonly falseAlarms: number;
  readonly falseAlarmsACellAndDay: number;
  /** Of the incidents that were found. */
  readonly medianMinutes: number;
  /** Minutes from the start of each incident to its first alarm, by kind of fault; null where none came. */
  readonly minutesToAlarm: Readonly<Record<string, readonly (number | null)[]>>;
}

interface Incident {
  readonly cellId: string;
  readonly fault: string;
  readonly from: number;
  to: number;
}

/** @param told The alarms that were opened and closed in the days of these rows. */
export function alarmFigures(told: readonly Alarm[], rows: readonly Row[]): AlarmFigures {
  const closed = told.filter(({ state }) => state === 'closed');
  const openedAt = new Map(told.filter(({ state }) => state === 'opened').map(({ id, at }) => [id, at]));
  const incidents = incidentsOf(rows);
  const isOf = (incident: Incident, { cellId, since, until }: Alarm): boolean =>
    cellId === incident.cellId && since < incident.to && until > incident.from;

  const minutesToAlarm: Record<string, (number | null)[]> = {};
  let repeated = 0;
  for (const incident of incidents) {
    const [first, ...others] = closed.filter((alarm) => isOf(incident, alarm));
    repeated += others.length;
    const minutes = ((openedAt.get(first?.id ?? '') ?? Number.NaN) - incident.from) / MINUTE_MS;
    minutesToAlarm[incident.fault] = [...(minutesToAlarm[incident.fault] ?? []), first ? minutes : null];
  }
  const falseAlarms = closed.filter((alarm) => !incidents.some((incident) => isOf(incident, alarm))).length;
  const found = Object.values(minutesToAlarm)
    .flat()
    .filter((minutes) => minutes !== null);
  return {
    alarms: openedAt.size,
    repeated,
    falseAlarms,
    falseAlarmsACellAndDay: Math.round((1_000 * falseAlarms * WINDOWS_A_DAY) / rows.length) / 1_000,
    medianMinutes: medianOf(found),
    minutesToAlarm,
  };
}

function incidentsOf(rows: readonly Row[]): readonly Incident[] {
  const incidents = new Map<string, Incident>();
  for (const row of rows) {
    const number = row('incident');
    if (number === '') continue;
    const from = Date.parse(row('windowStart'));
    const known = incidents.get(number);
    if (known) known.to = from + WINDOW_MS;
    else incidents.set(number, { cellId: row('cellId'), fault: row('fault'), from, to: from + WINDOW_MS });
  }
  return [...incidents.values()];
}

function medianOf(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}
