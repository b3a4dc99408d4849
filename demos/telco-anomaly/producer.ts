import { type DemoRecord, demoRecord, EventTimeOrder, type LapOptions, seededRandom } from '#shared/commands';
import { rows, toCell, toOutcome, toReports, windowStartIn } from './rows.js';
import { cells, outcomes, reports } from './topics.js';
import { MINUTE_MS, WINDOW_MS } from './window-time.js';

const HOUR_MS = 3_600_000;
/** When an incident is over, its ticket is written: then it is known which windows it was at work in. */
const TICKET_AFTER_MS = HOUR_MS;
/** Who has heard of no ticket by then takes a window for a good one. */
const NO_TICKET_AFTER_MS = 6 * HOUR_MS;

/**
 * Four days of a network in event-time order: the cells as they were planned, then each minute's reports when the minute is
 * over, and what was the matter in their windows when somebody has found out.
 */
export function* produce({ lap, limit, seed }: LapOptions): Generator<DemoRecord> {
  let published = 0;
  for (const record of networkInOrder(lap, seed, () => published >= limit)) {
    if (record.topic === reports && ++published > limit) continue;
    yield record;
  }
}

function* networkInOrder(lap: number, seed: number, isEnough: () => boolean): Generator<DemoRecord> {
  const order = new EventTimeOrder();
  const random = seededRandom(seed);
  const tickets = ticketTimes(lap);
  const planned = new Set<string>();
  let now = 0;
  for (const row of rows()) {
    const windowStart = windowStartIn(row, lap);
    if (windowStart > now) yield* order.until(windowStart);
    if (isEnough()) break;
    now = windowStart;

    const cell = toCell(row);
    const { cellId } = cell;
    if (!planned.has(cellId)) {
      planned.add(cellId);
      order.add(demoRecord(cells, cellId, cell, windowStart - MINUTE_MS));
    }
    for (const report of toReports(row, lap, random)) {
      order.add(demoRecord(reports, cellId, report, report.minute + MINUTE_MS));
    }
    const knownAt = tickets.get(row('incident')) ?? windowStart + WINDOW_MS + NO_TICKET_AFTER_MS;
    order.add(demoRecord(outcomes, cellId, toOutcome(row, lap, knownAt), knownAt));
  }
  yield* order.until(Number.POSITIVE_INFINITY);
}

/** When the ticket of each incident is written. */
function ticketTimes(lap: number): ReadonlyMap<string, number> {
  const tickets = new Map<string, number>();
  for (const row of rows()) {
    const incident = row('incident');
    if (incident) tickets.set(incident, windowStartIn(row, lap) + WINDOW_MS + TICKET_AFTER_MS);
  }
  return tickets;
}
