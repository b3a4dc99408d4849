import { type Board, listen, type Moment } from '#shared/dashboard';
import type { AirportState, BoardState, DayState, Flights, RouteState } from './page/board-state.js';
import { land, MAP, NAMES, places } from './route-map.js';
import {
  type Alert,
  alerts,
  DELAYED,
  type Outcome,
  type Prediction,
  type Quality,
  quality,
  type Weather,
  weather,
} from './topics.js';
import { inWords, NEW_YORK } from './words.js';

const HOUR_MS = 3_600_000;
/** The board shows the flights that were published in these hours. */
const AIRPORT_MS = HOUR_MS;
const ROUTE_MS = 3 * HOUR_MS;

const clock = new Intl.DateTimeFormat('en-GB', { timeZone: NEW_YORK, hour: '2-digit', minute: '2-digit' });
const shortDay = new Intl.DateTimeFormat('en-GB', {
  timeZone: NEW_YORK,
  weekday: 'short',
  day: 'numeric',
  month: 'short',
});
const longDay = new Intl.DateTimeFormat('en-GB', {
  timeZone: NEW_YORK,
  weekday: 'long',
  day: 'numeric',
  month: 'long',
});
const dayOf = (format: Intl.DateTimeFormat, at: number): string => format.format(at).replace(',', '');

/** What the board knows: the routes of the last hours, the airports with their alerts, and how right the model was. */
export function createBoard(tell: (moment: Moment) => void): Board<Prediction, Outcome> {
  let recent: Prediction[] = [];
  let now = 0;
  const observed = new Map<string, Weather>();
  const open = new Map<string, Alert>();
  const days = new Days();

  function prediction(newest: Prediction): void {
    now = newest.eventTime;
    recent.push(newest);
    // Not with each flight; and a run that begins anew leaves nothing of what lies ahead.
    if (recent.length > 1_000) recent = since(ROUTE_MS);
  }
  const since = (ms: number): Prediction[] => recent.filter(({ eventTime }) => Math.abs(now - eventTime) < ms);

  function alert(told: Alert): void {
    const { airport, state, eventTime, flights, predictedDelayed, reasons } = told;
    if (state === 'opened') open.set(airport, told);
    else open.delete(airport);
    const why = reasons.length === 0 ? '' : ` (${reasons.map(inWords).join(', ')})`;
    const text =
      state === 'opened'
        ? `${NAMES[airport] ?? airport}: ${predictedDelayed} of the next ${flights} flights are expected late${why}`
        : `${NAMES[airport] ?? airport} recovers: ${predictedDelayed} of the next ${flights} flights are expected late`;
    tell({ eventTime, text, tone: state === 'opened' ? 'alarm' : 'good', place: airport });
  }

  function day(of: Quality): void {
    const whole = days.add(of);
    if (whole === undefined) return;
    const text = `${dayOf(longDay, of.from)}: ${whole.right} of ${whole.flights} predictions were right`;
    tell({ eventTime: of.eventTime, text, tone: 'news', place: 'quality' });
  }

  return {
    prediction,
    listens: [
      listen(weather, (report) => observed.set(report.origin, report)),
      listen(alerts, alert),
      listen(quality, day),
    ],
    snapshot(): BoardState {
      const leaving = since(AIRPORT_MS);
      return {
        map: { ...MAP, land },
        airports: Object.entries(NAMES).map(([airport, name]) => ({
          airport,
          name,
          ...at(airport),
          ...counted(leaving.filter(({ origin }) => origin === airport)),
          queue: leaving.findLast(({ origin }) => origin === airport)?.overdueFlights ?? null,
          weather: weatherText(observed.get(airport)),
          alert: alertState(open.get(airport)),
        })),
        routes: routesOf(since(ROUTE_MS)),
        ...days.snapshot(),
      };
    },
  };
}

const at = (airport: string): { x: number; y: number } => {
  const { x = 0, y = 0 } = places.get(airport) ?? {};
  return { x, y };
};

const counted = (flights: readonly Prediction[]): Flights => ({
  flights: flights.length,
  delayed: flights.filter(({ decision }) => decision === DELAYED).length,
});

function routesOf(flights: readonly Prediction[]): RouteState[] {
  const byRoute = new Map<string, Prediction[]>();
  for (const flight of flights) {
    const route = `${flight.origin} ${flight.dest}`;
    byRoute.set(route, [...(byRoute.get(route) ?? []), flight]);
  }
  return Array.from(byRoute.values(), (of) => {
    const { origin: from = '', dest: to = '' } = of[0] ?? {};
    return { from, to, city: places.get(to)?.city ?? to, ...at(to), ...counted(of) };
  });
}

const alertState = (alert: Alert | undefined): AirportState['alert'] =>
  alert === undefined ? null : { since: clock.format(alert.openedAt), reasons: alert.reasons.map(inWords).join(', ') };

/** "64 °F, wind 14 mph, rain": what there is of it. */
function weatherText(report: Weather | undefined): string | null {
  if (report === undefined) return null;
  const { temperature, windSpeed, precipitation, visibility } = report;
  const said = [
    temperature === null ? '' : `${Math.round(temperature)} °F`,
    windSpeed === null ? '' : `wind ${Math.round(windSpeed)} mph`,
    precipitation !== null && precipitation > 0 ? 'rain' : '',
    visibility !== null && visibility < 5 ? `sight ${Math.round(visibility)} miles` : '',
  ];
  return said.filter(Boolean).join(', ') || null;
}

/** The days that are final: an airport tells of each by itself. */
class Days {
  #waiting = new Map<number, Quality[]>();
  #last: DayState | null = null;
  #all: DayState | null = null;
  #count = 0;

  /** Gives the whole day once all airports have told of it. */
  add(part: Quality): DayState | undefined {
    const parts = [...(this.#waiting.get(part.from) ?? []), part];
    this.#waiting.set(part.from, parts);
    if (parts.length < Object.keys(NAMES).length) return undefined;
    // What is older is not coming any more: an airport had nothing to tell.
    this.#waiting = new Map([...this.#waiting].filter(([from]) => from > part.from));
    const whole = parts.map(dayState).reduce(together);
    this.#count += 1;
    this.#last = { ...whole, name: dayOf(shortDay, part.from) };
    this.#all = { ...(this.#all === null ? whole : together(this.#all, whole)), name: `${this.#count} days` };
    return this.#last;
  }

  snapshot(): Pick<BoardState, 'lastDay' | 'allDays'> {
    return { lastDay: this.#last, allDays: this.#all };
  }
}

const dayState = ({ flights, right, delayed, predictedDelayed }: Quality): DayState => ({
  name: '',
  flights,
  right,
  delayed,
  predictedDelayed,
  // Wrong is what was delayed and not warned of, and what was warned of and not delayed.
  warnedOf: (delayed + predictedDelayed - (flights - right)) / 2,
});

const together = (a: DayState, b: DayState): DayState => ({
  name: '',
  flights: a.flights + b.flights,
  right: a.right + b.right,
  delayed: a.delayed + b.delayed,
  predictedDelayed: a.predictedDelayed + b.predictedDelayed,
  warnedOf: a.warnedOf + b.warnedOf,
});
