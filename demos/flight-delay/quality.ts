import { countedAuc } from '#shared/monitoring';
import { JoinWindows, type Key, type KStream, Suppressed, serdes, TimeWindows, type Windowed } from '#shared/streams';
import { DELAYED, DELAYED_FROM_MINUTES, type Outcome, type Prediction, type Quality } from './topics.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** So long after its prediction the truth about a flight still counts: the longest of the quarter took 21 hours. */
const TRUTH_WITHIN_MS = DAY_MS;
/** So much later than what happened after it may a record come, and counts all the same. */
const GRACE_MS = HOUR_MS;
/** A day begins at 8:00 UTC: 3 or 4 o'clock in New York, when nothing leaves. */
const DAY_BEGINS_MS = 8 * HOUR_MS;

/** What was said of a flight, and what became of it. */
interface Labelled {
  readonly score: number;
  readonly saidDelayed: boolean;
  readonly wasDelayed: boolean;
}

/**
 * How predictions did: each meets the outcome of its flight, which comes hours later, and an airport's days are summed up,
 * once, when they are over. All that happens at an airport is in one task, so neither flights nor days need another topic.
 */
export function qualityOf(
  predicted: KStream<Key, Prediction>,
  landed: KStream<Key, Outcome>,
): KStream<string, Quality> {
  const guesses = predicted
    .map((airport, { id, score, decision }): [Key, number[]] => [
      flightAt(airport, id),
      [score, Number(decision === DELAYED)],
    ])
    .markAsPartitioned();
  return landed
    .map((airport, { id, arrivalDelay }) => [flightAt(airport, id), arrivalDelay] as const)
    .markAsPartitioned()
    .join(guesses, toLabelled, JoinWindows.ofTimeDifferenceAndGrace(0, GRACE_MS).before(TRUTH_WITHIN_MS), {
      store: 'labels',
      otherValue: serdes.numbers,
    })
    .selectKey(airportOf)
    .markAsPartitioned()
    .groupByKey()
    .windowedBy(TimeWindows.ofSizeAndGrace(DAY_MS, GRACE_MS).offsetBy(DAY_BEGINS_MS))
    .aggregate(noFlights, addFlight, { store: 'days', value: serdes.numbers })
    .suppress(Suppressed.untilWindowCloses(), 'days-over')
    .toStream()
    .map(({ key, window }: Windowed<string>, day) => [key, toQuality(key, window, day ?? noFlights())] as const);
}

const flightAt = (airport: Key, id: string): Key => airport && `${airport} ${id}`;
const airportOf = (flight: Key): Key => flight?.slice(0, flight.indexOf(' ')) ?? null;

const toLabelled = (arrivalDelay: number, [score = Number.NaN, said]: readonly number[]): Labelled => ({
  score,
  saidDelayed: said === 1,
  wasDelayed: arrivalDelay >= DELAYED_FROM_MINUTES,
});

/** Scores are counted in so many steps for the AUC, low ones in finer steps, as most are low: it takes the same room however many there are. */
const STEPS = 20;
const stepOf = (score: number): number => Math.min(STEPS - 1, Math.floor(Math.sqrt(score) * STEPS));
const [ERRORS, SAID, HITS, ON_TIME, DELAYS] = [0, 1, 2, 3, 3 + STEPS];

/** The sum of squared errors, how many were predicted delayed, how many of them rightly, and of each score those on time, those delayed. */
type Day = number[];

const noFlights = (): Day => Array<number>(3 + 2 * STEPS).fill(0);

function addFlight(_airport: string, { score, saidDelayed, wasDelayed }: Labelled, day: Day): Day {
  const add = (place: number, what: number): void => {
    day[place] = (day[place] ?? 0) + what;
  };
  add(ERRORS, (score - Number(wasDelayed)) ** 2);
  add(SAID, Number(saidDelayed));
  add(HITS, Number(saidDelayed && wasDelayed));
  add((wasDelayed ? DELAYS : ON_TIME) + stepOf(score), 1);
  return day;
}

function toQuality(airport: string, { start, end }: { start: number; end: number }, day: Day): Quality {
  const [errors = 0, predictedDelayed = 0, hits = 0] = day;
  const [onTime, late] = [day.slice(ON_TIME, DELAYS), day.slice(DELAYS)];
  const delayed = sum(late);
  const flights = delayed + sum(onTime);
  const wrong = predictedDelayed - hits + (delayed - hits);
  return {
    airport,
    from: start,
    eventTime: end,
    flights,
    delayed,
    predictedDelayed,
    right: flights - wrong,
    precision: share(hits, predictedDelayed),
    recall: share(hits, delayed),
    brier: errors / flights,
    auc: countedAuc(onTime, late) ?? null,
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
