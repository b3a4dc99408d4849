import type { Reason, Scored } from '#shared/streams';
import { GRACE_MS, WINDOW_MS } from './window-time.js';

/** So many anomalous windows … */
const ANOMALOUS_WINDOWS = 3;
/** … of so many in a row are a pattern that somebody should look at. */
const OF_WINDOWS = 5;
/** Anomalous windows that end no further apart than this belong to one incident. Longer than a pattern, so that none is torn apart. */
export const GAP_MS = 30 * 60_000;
/**
 * A session that ended gap and grace ago may still be joined, but a store that is to keep it just so long has forgotten it at
 * that moment.
 */
export const incidentStore = { store: 'incidents', retentionMs: GAP_MS + GRACE_MS + WINDOW_MS };

/** A scored window, as far as alarms go by it. */
export interface ScoredWindow {
  readonly end: number;
  readonly isAnomalous: boolean;
  readonly score: number;
  readonly reasons: readonly Reason[];
}

export function toScoredWindow({ eventTime, decision, score, reasons = [] }: Scored<unknown>): ScoredWindow {
  return { end: eventTime, isAnomalous: decision === 'anomalous', score, reasons };
}

/** A session of anomalous windows of a cell. */
export interface Incident {
  /** When its latest anomalous windows ended, ascending: as many as can still become the pattern; none when it was seen. */
  readonly ends: readonly number[];
  /** Whether the pattern was seen. */
  readonly isAlarm: boolean;
  readonly windows: number;
  readonly peakScore: number;
  /** Squared errors of each KPI, of all windows together. */
  readonly blame: Readonly<Record<string, number>>;
}

export const noIncident = (): Incident => ({ ends: [], isAlarm: false, windows: 0, peakScore: 0, blame: {} });

export function addWindow(cell: unknown, { end, score, reasons }: ScoredWindow, incident: Incident): Incident {
  const blame = Object.fromEntries(reasons.map(({ name, contribution }) => [name, contribution]));
  return together(cell, incident, { ends: [end], isAlarm: false, windows: 1, peakScore: score, blame });
}

/** Two sessions that a late window has joined. */
export function together(_cell: unknown, one: Incident, other: Incident): Incident {
  const all = [...one.ends, ...other.ends].toSorted((a, b) => a - b);
  const ends = all.filter((end) => end > (all.at(-1) ?? 0) - OF_WINDOWS * WINDOW_MS - GRACE_MS);
  const isAlarm = one.isAlarm || other.isAlarm || isPattern(ends);
  const blame: Record<string, number> = { ...one.blame };
  for (const [kpi, error] of Object.entries(other.blame)) blame[kpi] = (blame[kpi] ?? 0) + error;
  return {
    ends: isAlarm ? [] : ends,
    isAlarm,
    windows: one.windows + other.windows,
    peakScore: Math.max(one.peakScore, other.peakScore),
    blame,
  };
}

/** Three of five windows in a row; one that was not scored counts as one that is not anomalous. */
function isPattern(ends: readonly number[]): boolean {
  return ends.some((end, at) => (ends[at + ANOMALOUS_WINDOWS - 1] ?? Number.NaN) - end < OF_WINDOWS * WINDOW_MS);
}

/** The KPIs with the largest errors, the largest first. */
export function mostToBlame(blame: Incident['blame']): Reason[] {
  return Object.entries(blame)
    .map(([name, contribution]) => ({ name, contribution }))
    .toSorted((a, b) => b.contribution - a.contribution)
    .slice(0, 3);
}
