import { type Key, type KStream, Suppressed, serdes, TimeWindows, type Windowed } from '#shared/streams';
import { type Alert, DELAYED, type Prediction } from './topics.js';

const HOUR_MS = 3_600_000;
/** Fewer flights are no trouble, whatever is said of them. */
const LEAST_FLIGHTS = 8;
/** An alert opens when so many of an hour's flights are predicted delayed, and closes when there are fewer than that. */
const [OPENS_AT, CLOSES_BELOW] = [0.5, 0.3];

const WEATHER = ['precipitation', 'visibility', 'windSpeed', 'windGust', 'windDirection', 'humidity', 'pressure'];
/** What of the model's inputs the flights of an airport have in common, and a traveller understands. */
const REASONS = ['overdueFlights', 'airportDelay', ...WEATHER];

/** An airport's alerts: each hour the flights that leave within the next are looked at, once, when the hour is over. */
export function alertsOf(predicted: KStream<Key, Prediction>): KStream<string, Alert> {
  return predicted
    .groupByKey()
    .windowedBy(TimeWindows.ofSizeWithNoGrace(HOUR_MS))
    .aggregate(noFlights, addFlight, { store: 'hours', value: serdes.numbers })
    .suppress(Suppressed.untilWindowCloses(), 'hours-over')
    .toStream()
    .map(({ key, window }: Windowed<string>, hour) => [key, { over: window.end, hour: hour ?? noFlights() }] as const)
    .markAsPartitioned()
    .groupByKey()
    .aggregate((): State => ({ open: null, news: [] }), nextState, { store: 'alerts' })
    .toStream()
    .flatMapValues((state) => state?.news ?? []);
}

/** The flights of an hour: how many, how many predicted delayed, the sum of their scores, and what each of REASONS did to those. */
type Hour = number[];

const noFlights = (): Hour => Array<number>(3 + REASONS.length).fill(0);

function addFlight(_airport: string, { score, decision, reasons }: Prediction, hour: Hour): Hour {
  const add = (place: number, what: number): void => {
    hour[place] = (hour[place] ?? 0) + what;
  };
  add(0, 1);
  add(2, score);
  if (decision !== DELAYED) return hour;
  add(1, 1);
  for (const { name, contribution } of reasons) {
    if (REASONS.includes(name)) add(3 + REASONS.indexOf(name), contribution);
  }
  return hour;
}

/** The alert that is open at an airport, and what is to be told of it now. */
interface State {
  readonly open: Alert | null;
  readonly news: readonly Alert[];
}

function nextState(airport: string, { over, hour }: { over: number; hour: Hour }, { open }: State): State {
  const [flights = 0, predictedDelayed = 0, scores = 0] = hour;
  const share = predictedDelayed / flights;
  const stays = open === null ? flights < LEAST_FLIGHTS || share < OPENS_AT : share >= CLOSES_BELOW;
  if (stays) return { open, news: [] };
  const openedAt = open?.openedAt ?? over;
  const news: Alert = {
    id: `${airport}-${new Date(openedAt).toISOString()}`,
    airport,
    state: open === null ? 'opened' : 'closed',
    eventTime: over,
    openedAt,
    flights,
    predictedDelayed,
    meanScore: scores / flights,
    reasons: strongest(hour.slice(3)),
  };
  return { open: open === null ? news : null, news: [news] };
}

/** At most two, of those that made delays likelier. */
function strongest(contributions: readonly number[]): string[] {
  return REASONS.map((name, place) => ({ name, contribution: contributions[place] ?? 0 }))
    .filter(({ contribution }) => contribution > 0)
    .sort((a, b) => b.contribution - a.contribution)
    .slice(0, 2)
    .map(({ name }) => name);
}
