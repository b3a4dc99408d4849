import { demoTopics } from '#shared/commands';
import type { ScoredUnit } from '#shared/monitoring';
import type { Reason } from '#shared/streams';
import type { Kpis } from './kpis.js';
import { isClosed, MINUTES_A_WINDOW, windowId, windowStartOf } from './window-time.js';

const topic = demoTopics('telco-anomaly');

/** What a cell tells of one minute, when the minute is over. Key: cellId, as of all that the scorer reads. */
export interface Report extends Kpis {
  cellId: string;
  /** Its start. */
  minute: number;
}

export const reports = topic<Report>('reports');

/** A cell as it was planned. Key: cellId. */
export interface Cell {
  cellId: string;
  cellType: string;
  bandwidthMhz: number;
  busyHourUsers: number;
}

export const cells = topic<Cell>('cells', { isTable: true });

/** What was really the matter in a window, as it is known once the tickets are closed. Key: cellId. */
export interface Outcome {
  id: string;
  cellId: string;
  windowStart: number;
  knownAt: number;
  fault: string | null;
  incident: number | null;
}

export const outcomes = topic<Outcome>('outcomes');

/** A KPI that is not as usual. */
interface KpiReason extends Reason {
  /** What it was in the window. */
  readonly value: number;
}

/** What the model says of five minutes of a cell. Key: id. */
export interface Prediction {
  id: string;
  eventTime: number;
  score: number;
  decision: string | null;
  modelName: string;
  modelVersion: string;
  scoredAt: number;
  cellId: string;
  windowStart: number;
  /** The KPIs that are furthest from usual, the furthest first; their parts of the squared errors. */
  reasons: readonly KpiReason[];
}

export const predictions = topic<Prediction>('predictions');

/** An incident that somebody should look at: one record when it opens, one when it is closed. Key: cellId. */
export interface Alarm {
  id: string;
  cellId: string;
  state: 'opened' | 'closed';
  /** The end of the window that told it. */
  at: number;
  /** The start of the incident's first anomalous window. */
  since: number;
  /** The end of its last one so far. */
  until: number;
  /** How many windows were anomalous so far. */
  windows: number;
  peakScore: number;
  /** The KPIs to blame, the worst first; their parts of the squared errors of all anomalous windows together. */
  blame: readonly Reason[];
}

export const alarms = topic<Alarm>('alarms');

const idOf = ({ cellId, minute }: Report): string => windowId(cellId, windowStartOf(minute));

/**
 * A cell's window is a unit; it must be scored when each of its five minutes was reported, in whatever order and however often,
 * before the window was closed.
 */
export const scoredUnit: ScoredUnit<Report> = {
  name: 'window',
  gathers: true,
  unitIds: (inputs) => [...new Set(inputs.map(idOf))],
  expectedIds(inputs) {
    const minutes = new Map<string, Set<number>>();
    for (const report of inputs) {
      const id = idOf(report);
      minutes.set(id, (minutes.get(id) ?? new Set()).add(report.minute));
    }
    return [...minutes].filter(([, reported]) => reported.size === MINUTES_A_WINDOW).map(([id]) => id);
  },
  lateness: {
    timeOf: ({ minute }) => minute,
    isTooLate: ({ minute }, newest) => isClosed(windowStartOf(minute), newest),
  },
};
