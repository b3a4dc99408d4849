import { type DemoRecord, demoRecord, type LapOptions } from '#shared/commands';
import { rows, toOutcome, toPassenger } from './rows.js';
import { logEntries, outcomes, passengers } from './topics.js';
import { shipsLog } from './voyage.js';

/** The list goes by class and name. Every 809th of it, round and round, mixes the classes evenly and leaves nobody out. */
const STRIDE = 809;

/** The voyage in event-time order: the passengers come aboard, the ship's log, and in the morning what became of them. */
export function* produce({ lap, limit }: LapOptions): Generator<DemoRecord> {
  const list = [...rows()];
  const turns = list.map((_, place) => list[(place * STRIDE) % list.length]).slice(0, limit);
  const records = shipsLog(lap).map((entry) => demoRecord(logEntries, entry.id, entry, entry.at));
  for (const [place, row] of turns.entries()) {
    if (row === undefined) continue;
    const passenger = toPassenger(row, place, lap);
    const outcome = toOutcome(row, place, lap);
    records.push(demoRecord(passengers, passenger.id, passenger, passenger.boardedAt));
    records.push(demoRecord(outcomes, outcome.id, outcome, outcome.knownAt));
  }
  yield* records.toSorted((one, other) => one.eventTime - other.eventTime);
}
