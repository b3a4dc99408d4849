import { type Board, listen, type Moment } from '#shared/dashboard';
import { mostToBlame } from './incident.js';
import { KnownFaults } from './known-faults.js';
import type { AlarmState, BoardState, CellState } from './page/board-state.js';
import { type Alarm, alarms, cells, type Outcome, type Prediction } from './topics.js';
import { faultInWords, kpiInWords, measured } from './words.js';

/** The model's own. */
export const THRESHOLD = 1.12;
/** Three hours of windows. */
const TREND_WINDOWS = 36;
const KEPT_ALARMS = 200;
const LISTED_ALARMS = 20;
const DAY_MS = 24 * 3_600_000;

const when = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

interface KnownCell {
  cellType: string | null;
  /** The id of its alarm, while one is open. */
  alarm: string | null;
  /** Of its latest windows, the newest last. */
  readonly latest: Prediction[];
}

/** What the board knows: how far each cell is from usual, the alarms, and what they were worth. */
export function createBoard(tell: (moment: Moment) => void): Board<Prediction, Outcome> {
  const known = new Map<string, KnownCell>();
  const told = new Map<string, Alarm>();
  const faults = new KnownFaults();
  let now = 0;

  function cellOf(cellId: string): KnownCell {
    const cell = known.get(cellId) ?? { cellType: null, alarm: null, latest: [] };
    known.set(cellId, cell);
    return cell;
  }

  /** An alarm's next record comes when it is closed; until then what is known of it goes on with its cell's windows, as in the scorer. */
  function goOn(alarmId: string, { eventTime, score, decision, reasons }: Prediction): void {
    const alarm = told.get(alarmId);
    if (alarm === undefined || decision !== 'anomalous' || eventTime <= alarm.until) return;
    const blame = Object.fromEntries(alarm.blame.map(({ name, contribution }) => [name, contribution]));
    for (const { name, contribution } of reasons) blame[name] = (blame[name] ?? 0) + contribution;
    const peakScore = Math.max(alarm.peakScore, score);
    told.set(alarmId, { ...alarm, until: eventTime, peakScore, blame: mostToBlame(blame) });
  }

  function takeAlarm(alarm: Alarm): void {
    const { id, cellId, state, at, since, until } = alarm;
    told.set(id, alarm);
    const [oldest] = told.keys();
    if (told.size > KEPT_ALARMS && oldest !== undefined) told.delete(oldest);
    const cell = cellOf(cellId);
    cell.alarm = state === 'opened' ? id : null;
    if (state === 'closed') {
      const text = `${cellId}: as usual again, after ${durationInWords(until - since)}`;
      tell({ eventTime: at, text, tone: 'good', place: cellId });
      return;
    }
    const what = inWords(alarm.blame.slice(0, 2), cell.latest.find(({ eventTime }) => eventTime === at)?.reasons);
    const text = `${cellId}, ${cell.cellType ?? 'unknown type'}, ${when.format(at)}: unusual ${what}`;
    tell({ eventTime: at, text, tone: 'alarm', place: cellId });
    // Alarms and predictions come by topics of their own: some may have overtaken it.
    for (const prediction of cell.latest) goOn(id, prediction);
  }

  return {
    prediction(prediction) {
      const { alarm, latest } = cellOf(prediction.cellId);
      latest.push(prediction);
      if (latest.length > TREND_WINDOWS) latest.shift();
      if (alarm !== null) goOn(alarm, prediction);
      now = Math.max(now, prediction.eventTime);
    },
    outcome: (outcome) => faults.add(outcome),
    listens: [
      listen(cells, ({ cellId, cellType }) => {
        cellOf(cellId).cellType = cellType;
      }),
      listen(alarms, takeAlarm),
    ],
    snapshot: (): BoardState => stateOf([...told.values()], known, faults, now - (now % DAY_MS)),
  };
}

/** "speed 0.43 Mbit/s and latency 80 ms": with what was measured where the window tells it of each, else names alone. */
function inWords(blame: Alarm['blame'], reasons: Prediction['reasons'] = []): string {
  const values = blame.map((kpi) => reasons.find(({ name }) => name === kpi.name)?.value);
  const isWhole = !values.includes(undefined);
  return blame.map(({ name }, place) => measured(name, isWhole ? values[place] : undefined)).join(' and ');
}

function stateOf(
  told: readonly Alarm[],
  known: ReadonlyMap<string, KnownCell>,
  faults: KnownFaults,
  midnight: number,
): BoardState {
  const open = told.filter(({ state }) => state === 'opened');
  const closed = told.filter(({ state }) => state === 'closed').toSorted((a, b) => b.at - a.at);
  const judged = told.map((alarm) => faults.of(alarm)).filter((fault) => fault !== undefined);
  const { known: knownFaults, found: foundFaults } = faults.count(told);
  const newestFirst = [...open.toSorted((a, b) => b.since - a.since), ...closed];
  return {
    threshold: THRESHOLD,
    cells: [...known]
      .toSorted(([one], [other]) => one.localeCompare(other))
      .map(([cellId, cell]) => cellState(cellId, cell, open)),
    openAlarms: open.length,
    alarmsToday: told.filter(({ since }) => since >= midnight).length,
    judgedAlarms: judged.length,
    rightAlarms: judged.filter((fault) => fault !== null).length,
    knownFaults,
    foundFaults,
    alarms: newestFirst.slice(0, LISTED_ALARMS).map((alarm) => alarmState(alarm, faults.of(alarm))),
  };
}

function cellState(cellId: string, { cellType, latest }: KnownCell, open: readonly Alarm[]): CellState {
  const alarm = open.find((one) => one.cellId === cellId);
  return {
    cellId,
    cellType,
    scores: latest.map(({ score }) => Math.round(100 * score) / 100),
    isAnomalous: latest.at(-1)?.decision === 'anomalous',
    blame: alarm ? alarm.blame.map(({ name }) => kpiInWords(name)) : null,
  };
}

function alarmState(alarm: Alarm, fault: string | null | undefined): AlarmState {
  const { id, cellId, state, since, until, peakScore, blame } = alarm;
  return {
    id,
    cellId,
    since,
    until,
    isOpen: state === 'opened',
    peakScore,
    blame: blame.map(({ name }) => kpiInWords(name)),
    truth: fault === undefined ? null : faultInWords(fault),
    wasRight: typeof fault === 'string',
  };
}

function durationInWords(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes} min` : `${hours} h ${minutes % 60} min`;
}
