import type { LogEntry, Stage } from './topics.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const LAP_MS = 7 * 24 * 60 * MINUTE_MS;

/**
 * The calendar is moved by a hundred years, because Kafka's own producer takes no time before 1970: 10 April 2012 stands for
 * 10 April 1912.
 * Clocks are the ship's, written as if it had sailed on the meridian.
 */
const at = (april: number, hour: number, minute: number): number => Date.UTC(2012, 3, april, hour, minute);

const firstDay = at(10, 0, 0);
const boardingFrom = at(10, 9, 30);
const outcomesFrom = at(15, 4, 10);

/** The list does not say when, nor in which port: one after the other, until shortly before noon. */
export const boardingTime = (place: number, lap: number): number => inLap(boardingFrom + place * 6.5 * SECOND_MS, lap);

/** As the boats were picked up, from ten past four to half past eight: nobody wrote down who was in which when. */
export const outcomeTime = (place: number, lap: number): number => inLap(outcomesFrom + place * 11.5 * SECOND_MS, lap);

/** By the report of the British Wreck Commissioner's inquiry, 30 July 1912. */
const entries: readonly (readonly [number, Stage, string])[] = [
  [boardingFrom - MINUTE_MS, 'boarding', 'Southampton: the passengers come aboard.'],
  [at(10, 12, 0), 'sailing', 'Noon: the Titanic leaves Southampton.'],
  [at(14, 23, 40), 'struck', 'The ship strikes an iceberg.'],
  [at(15, 0, 5), 'struck', 'The boats are to be uncovered. There is room in them for half of those on board.'],
  [at(15, 0, 45), 'boats', 'The first boat is lowered, less than half full.'],
  [at(15, 2, 5), 'boats', 'The last boat is lowered.'],
  [at(15, 2, 20), 'lost', 'The ship goes down.'],
  [outcomesFrom - MINUTE_MS, 'rescue', 'The Carpathia picks up the boats, until half past eight.'],
];

export const shipsLog = (lap: number): LogEntry[] =>
  entries.map(([time, stage, text], index) => ({ id: `L${index + 1}-lap${lap}`, at: inLap(time, lap), stage, text }));

/** A lap is a voyage, and the next one begins a week later. */
function inLap(time: number, lap: number): number {
  return time + (lap - 1) * LAP_MS;
}

/** "14 April 1912, 23:40": the calendar moved back, of whichever voyage. */
export function dayInWords(eventTime: number): string {
  const time = new Date(firstDay + ((eventTime - firstDay) % LAP_MS));
  time.setUTCFullYear(time.getUTCFullYear() - 100);
  const day = time.toLocaleDateString('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'long', year: 'numeric' });
  return `${day}, ${time.toISOString().slice(11, 16)}`;
}
