import type { Board, Moment } from '#shared/dashboard';
import type { BoardState } from './page/board-state.js';
import type { Outcome, Prediction } from './topics.js';

const airports: Readonly<Record<string, string>> = { EWR: 'Newark', JFK: 'Kennedy', LGA: 'LaGuardia' };
/** Flights that an airport is judged by. */
const RECENT = 50;
/** From so many of them on that are expected late, it is something to look at. */
const ALARM_FROM = 25;

/** What the board knows: the last flights of each airport, and how many of them the model expects to be late. */
export function createBoard(tell: (moment: Moment) => void): Board<Prediction, Outcome> {
  const recent = new Map(Object.keys(airports).map((airport) => [airport, [] as boolean[]]));
  const delayed = (airport: string): number => recent.get(airport)?.filter(Boolean).length ?? 0;
  return {
    prediction({ origin, decision, eventTime }) {
      const before = delayed(origin);
      const flights = recent.get(origin);
      flights?.push(decision === 'delayed');
      if (flights !== undefined && flights.length > RECENT) flights.shift();
      if (before >= ALARM_FROM || delayed(origin) < ALARM_FROM) return;
      const text = `${airports[origin]}: half of the next flights are expected late`;
      tell({ eventTime, text, tone: 'alarm', place: origin });
    },
    snapshot: (): BoardState => ({
      airports: Object.entries(airports).map(([airport, name]) => ({
        airport,
        name,
        predicted: recent.get(airport)?.length ?? 0,
        delayed: delayed(airport),
      })),
    }),
  };
}
