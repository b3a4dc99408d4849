import { UNDISTURBED } from '#shared/control';
import {
  type Controlled,
  controlView,
  type DashboardPage,
  faultsState,
  LiveView,
  PipelineView,
  SignalBoard,
} from '#shared/dashboard';
import type { ScorerStatus } from '#shared/monitoring';
import { demo } from '../../demos/flight-delay/demo.js';
import type { Flight, Outcome, Prediction } from '../../demos/flight-delay/topics.js';
import { alertOf, dayOf, predictionOf } from './fast-flights.js';
import { modelOf, recordsOf, statusOf, topicsOf, topologyOf, vitalsOf } from './fast-states.js';

const UPDATE_MS = 250;
const SECOND_MS = 1_000;
/** Another version of the model serves from then on. */
const UPDATES_A_VERSION = 1_800;
const FLIGHTS_AN_ALERT = 20_000;
/** Of two months: they are made once, and come again with later times and other ids. */
const FLIGHTS_A_LAP = 50_000;
const LAP_MS = 60 * 86_400_000;

/**
 * Flight-delay as a page sees it, without Kafka: its own flights and what came true, its own board and topology. Its clock
 * goes a quarter of a second with each update that is made of it.
 */
export class FastDemo {
  readonly page: DashboardPage;
  readonly #flightsAnUpdate: number;
  #now = Date.now();
  #updates = 0;
  #flights = 0;
  #lap = 1;
  #day = 0;
  #place = 0;
  readonly #records = Array.from(demo.produce({ lap: 1, limit: FLIGHTS_A_LAP, seed: 1 }));
  readonly #topology = topologyOf(demo);
  readonly #view = new LiveView<Prediction, Outcome>(demo.dashboard, { now: () => this.#now });
  readonly #listens = new Map(this.#view.listens.map(({ topic, take }) => [topic.name, take]));
  readonly #signals = new SignalBoard();
  readonly #pipeline = new PipelineView({
    demo: demo.name,
    namespace: '',
    applicationId: `${demo.name}.scorer`,
    input: demo.topics.input.name,
    shown: new Set([demo.topics.input.name, demo.topics.predictions.name, demo.topics.outcomes.name]),
  });

  constructor(flightsASecond: number) {
    this.#flightsAnUpdate = Math.round((flightsASecond * UPDATE_MS) / SECOND_MS);
    const controlled = (): Controlled => ({
      state: UNDISTURBED,
      scorers: [this.#status()],
      story: demo.dashboard.story ?? [],
      missing: undefined,
      now: this.#now,
    });
    this.page = {
      name: demo.name,
      view: this.#view,
      facts: () => ({ Kafka: '127.0.0.1:9092', Guarantee: 'exactly_once' }),
      ready: () => {
        this.#update();
        return { ready: true, reason: '' };
      },
      control: () => controlView(controlled()),
      signals: () => this.#signals.current,
      parts: {
        pipeline: () => this.#pipeline.state(),
        records: () => ({ topics: topicsOf(demo, this.#flights), problem: null, replays: [] }),
        model: () => modelOf(this.#view.versions, { version: this.#version, updates: this.#updates }),
        faults: () => faultsState(controlled()),
      },
      peek: {
        topics: () => ({ topics: topicsOf(demo, this.#flights), problem: null }),
        records: () => Promise.resolve(recordsOf(demo, this.#flights)),
        follow: () => Promise.resolve({ id: '', steps: [] }),
      },
    };
  }

  get #version(): string {
    return String(1 + Math.floor(this.#updates / UPDATES_A_VERSION));
  }

  #update(): void {
    this.#now += UPDATE_MS;
    this.#updates += 1;
    for (let flights = 0; flights < this.#flightsAnUpdate; ) flights += this.#next();
    if (this.#updates % (SECOND_MS / UPDATE_MS) === 0) this.#second();
  }

  /** Takes a record as the page reads it from its topic; gives how many flights it is. */
  #next(): number {
    const record = this.#records[this.#place];
    if (record === undefined) {
      this.#place = 0;
      this.#lap += 1;
      return 0;
    }
    this.#place += 1;
    const { topic, value } = record;
    const eventTime = record.eventTime + (this.#lap - 1) * LAP_MS;
    if (topic.name === demo.topics.outcomes.name) {
      // What a demo produces for a topic is of the topic's type.
      this.#view.outcome(this.#ofLap(value as Outcome), this.#lap === 1, eventTime);
    } else if (topic.name === demo.topics.input.name) {
      this.#flight({ ...this.#ofLap(value as Flight), eventTime });
      return 1;
    } else this.#listens.get(topic.name)?.(value, eventTime);
    return 0;
  }

  #ofLap<V extends { readonly id: string }>(value: V): V {
    return { ...value, id: `${this.#lap} ${value.id}` };
  }

  #flight(flight: Flight): void {
    this.#flights += 1;
    this.#view.input(1, flight.eventTime);
    if (flight.cancelled) return;
    const prediction = predictionOf(flight, this.#version, this.#now);
    this.#view.prediction(prediction, 20 + 60 * prediction.score);
    if (this.#flights % FLIGHTS_AN_ALERT === 0) {
      this.#listens.get(`${demo.name}.alerts`)?.(alertOf(flight, this.#flights / FLIGHTS_AN_ALERT), flight.eventTime);
    }
    const day = Math.floor(flight.eventTime / 86_400_000);
    if (day <= this.#day) return;
    this.#day = day;
    for (const whole of dayOf(flight)) this.#listens.get(`${demo.name}.quality`)?.(whole, flight.eventTime);
  }

  #second(): void {
    const status = this.#status();
    this.#view.scorer(status);
    const taken = [0, 1, 2, 3].map((partition) => Math.floor(this.#flights / 4) - partition);
    const waiting = taken.map((each) => each % 40);
    const names = topicsOf(demo, 0).map(({ name }) => name);
    this.#pipeline.observe({
      now: this.#now,
      scorers: [{ status, readAt: this.#now }],
      lag: {
        at: this.#now,
        of: {
          groupId: `${demo.name}.scorer`,
          lag: new Map(names.map((name) => [name, waiting])),
          committed: new Map(names.map((name) => [name, taken])),
        },
      },
      clusterSilentSince: undefined,
      totals: this.#view.totals,
    });
    this.#signals.update(vitalsOf(this.#view.vitals, this.#now, this.#updates));
  }

  #status(): ScorerStatus {
    return statusOf({ topology: this.#topology, version: this.#version, flights: this.#flights, now: this.#now });
  }
}
