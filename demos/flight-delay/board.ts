import { type Board, listen, type Moment } from '#shared/dashboard';
import type { AirportState, BoardState, DayState } from './page/board-state.js';
import { land, MAP, NAMES, pointOf } from './route-map.js';
import { counted, routesOf, worstOf } from './routes.js';
import {
  type Alert,
  alerts,
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
const weekday = new Intl.DateTimeFormat('en-GB', { timeZone: NEW_YORK, weekday: 'short' });
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
    const { airport, state, eventTime, reasons } = told;
    if (state === 'opened') open.set(airport, told);
    else open.delete(airport);
    const why = reasons.length === 0 ? '' : ` (${reasons.map(inWords).join(', ')})`;
    const name = NAMES[airport] ?? airport;
    const text = state === 'opened' ? `${name}: ${expectation(told)}${why}` : `${name} recovers: ${expectation(told)}`;
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
      const routes = routesOf(since(ROUTE_MS));
      return {
        map: { ...MAP, land },
        airports: Object.entries(NAMES).map(([airport, name]) => ({
          airport,
          name,
          ...pointOf(airport),
          ...counted(leaving.filter(({ origin }) => origin === airport)),
          queue: leaving.findLast(({ origin }) => origin === airport)?.overdueFlights ?? null,
          weather: weatherText(observed.get(airport)),
          alert: alertState(open.get(airport), now),
        })),
        routes,
        worst: worstOf(routes),
        ...days.snapshot(),
      };
    },
  };
}

/** "22 of the next 23 flights are expected late" */
function expectation({ flights, predictedDelayed }: Alert): string {
  if (flights === 1) return `the next flight is expected ${predictedDelayed === 1 ? 'late' : 'on time'}`;
  const late = predictedDelayed === 0 ? 'none' : predictedDelayed;
  return `${late} of the next ${flights} flights ${predictedDelayed > 1 ? 'are' : 'is'} expected late`;
}

/** Of an alert that has held overnight the hour alone would be taken for today's. */
function alertState(alert: Alert | undefined, now: number): AirportState['alert'] {
  if (alert === undefined) return null;
  const { openedAt, reasons } = alert;
  const hour = clock.format(openedAt);
  const isToday = shortDay.format(openedAt) === shortDay.format(now);
  return { since: isToday ? hour : `${weekday.format(openedAt)} ${hour}`, reasons: reasons.map(inWords).join(', ') };
}

/** "64 °F, wind 14 mph, rain": what there is of it. */
function weatherText(report: Weather | undefined): string | null {
  if (report === undefined) return null;
  const { temperature, windSpeed, precipitation, visibility } = report;
  const said = [
    temperature === null ? '' : `${Math.round(temperature)} °F`,
    windSpeed === null ? '' : `wind ${Math.round(windSpeed)} mph`,
    precipitation !== null && precipitation > 0 ? 'rain' : '',
    visibility !== null && visibility < 5 ? `sight ${miles(visibility)}` : '',
  ];
  return said.filter(Boolean).join(', ') || null;
}

const miles = (visibility: number): string =>
  Math.round(visibility) === 1 ? '1 mile' : `${Math.round(visibility)} miles`;

/** The days that are final: an airport tells of each by itself. */
class Days {
  #waiting = new Map<number, Map<string, Quality>>();
  #last: DayState | null = null;
  #all: DayState | null = null;
  #count = 0;

  /** Gives the whole day once all airports have told of it. */
  add(part: Quality): DayState | undefined {
    const parts = this.#waiting.get(part.from) ?? new Map<string, Quality>();
    // At least once: an airport may tell of a day again.
    parts.set(part.airport, part);
    this.#waiting.set(part.from, parts);
    if (parts.size < Object.keys(NAMES).length) return undefined;
    // What is older is not coming any more: an airport had nothing to tell.
    this.#waiting = new Map([...this.#waiting].filter(([from]) => from > part.from));
    const whole = Array.from(parts.values(), dayState).reduce(together);
    this.#count += 1;
    this.#last = { ...whole, name: dayOf(shortDay, part.from) };
    this.#all = {
      ...(this.#all === null ? whole : together(this.#all, whole)),
      name: this.#count === 1 ? '1 day' : `${this.#count} days`,
    };
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
