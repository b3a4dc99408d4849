import type { LiveView, PredictionFields } from '#shared/dashboard';
import { KitError } from '#shared/errors';
import type { Chunk, ConsumedRecord } from '#shared/kafka';
import type { Metrics } from '#shared/metrics';
import { LatencyHistogram, RunAudit, RunQuality, type ScorerStatus, statusTopic, unitIdsOf } from '#shared/monitoring';
import type { Deserializer, Topic } from '#shared/schema';
import { deadLetterReason } from '#shared/streams';
import { Asks } from './asks.js';
import { decodedRecords, type ForeignRecord, saidOncePerTopic } from './decoded-records.js';
import type { DemoCluster } from './demo-cluster.js';
import { companionTopics, type DemoDefinition, producedTopics } from './demo-definition.js';
import { modelNewsInWords } from './model-news.js';
import { PredictionCounts } from './prediction-counts.js';
import { LAP_HEADER, preciseNow, SENT_AT_HEADER } from './producer-role.js';
import { RecordTrail } from './record-trail.js';
import { Replays } from './replays.js';
import { RUN_HEADER } from './run-id.js';
import type { ChunkHandler } from './topic-observer.js';

export interface RunWatchOptions<P extends PredictionFields, O> {
  /** The whole run is kept, to be accounted for; otherwise only as much as a live page needs. */
  readonly wholeRun: boolean;
  /** Predictions that are marked as another run's, of a backlog that was left, count for the page alone. */
  readonly run?: string;
  readonly view?: LiveView<P, O>;
  readonly metrics?: Metrics;
  /** Told once for each topic that holds a record which does not belong there. */
  readonly onWarning: (sentence: string) => void;
  /** Told of what became of published models. */
  readonly onNews: (sentence: string) => void;
}

/** A scorer that was not heard of for so long is silent. */
const SILENT_MS = 5_000;
/** One that was not heard of for so long is forgotten: by then whoever watches has been told. */
const FORGOTTEN_MS = 900_000;
const MOST_SCORERS = 64;
/** Scorers, also forgotten ones, of which it is known what was counted. */
const MOST_COUNTED = 1_024;
/** Settled units kept to recognize a duplicate where the run has no end. */
const REMEMBERED_UNITS = 200_000;

/** Everything known of a run, learned from its topics alone: counts, latency, quality; page and metrics are told of it. */
export class RunWatch<I, P extends PredictionFields, O> {
  readonly audit: RunAudit<I>;
  readonly quality = new RunQuality();
  readonly latency = new LatencyHistogram();
  /** When the first prediction, and the last thing that settles a unit, were read; milliseconds as of preciseNow. */
  firstPredictionAt: number | undefined;
  lastSettledAt: number | undefined;
  /** What each scorer said last, and when that was read; whoever was heard of last comes last. */
  readonly scorers = new Map<string, { readonly status: ScorerStatus; readonly readAt: number }>();
  /** What the page's form has asked. */
  readonly asks = new Asks();
  /** What becomes of dead letters that are sent again. */
  readonly replays = new Replays();
  /** Where the records of each unit lie; kept where there is a page that asks. */
  readonly trail = new RecordTrail();
  /** How to take the records of each topic, by its name on the cluster. */
  readonly handlers: ReadonlyMap<string, ChunkHandler>;
  /** The topic whose records are timed. */
  readonly urgent: string;

  readonly #definition: DemoDefinition<I, P, O>;
  readonly #options: RunWatchOptions<P, O>;
  readonly #inputTopic: string;
  /** All that the scorer reads. */
  readonly #inputTopics: ReadonlySet<string>;
  readonly #inputs: Deserializer<I>;
  readonly #warn: ForeignRecord;
  readonly #counts: PredictionCounts | undefined;
  /** What each scorer has said of its swaps and refusals, also of those that are forgotten: heard again, they are no news. */
  readonly #modelTotals = new Map<string, Pick<ScorerStatus, 'swapsTotal' | 'refusalsTotal'>>();
  /** Milliseconds since 1970. */
  readonly #since = preciseNow();

  constructor(
    definition: DemoDefinition<I, P, O>,
    demo: Pick<DemoCluster, 'schemas' | 'topicName'>,
    options: RunWatchOptions<P, O>,
  ) {
    this.#definition = definition;
    this.#options = options;
    this.#counts = options.metrics && new PredictionCounts(options.metrics);
    this.#warn = saidOncePerTopic(options.onWarning);
    this.audit = new RunAudit(definition.scoredUnit, options.wholeRun ? {} : { remember: REMEMBERED_UNITS });
    // As the scorer reads them, by whatever schema they were written with: it decides what becomes a dead letter.
    this.#inputs = demo.schemas.deserializer<I>();
    const { input, predictions, outcomes } = definition.topics;
    const { deadLetters } = companionTopics(definition.name);
    this.#inputTopic = demo.topicName(input);
    this.#inputTopics = new Set(producedTopics(definition).map(demo.topicName));
    this.urgent = demo.topicName(predictions);
    const each = <V>(
      topic: Topic<V>,
      take: (value: V, record: ConsumedRecord) => void,
      foreign = this.#warn,
    ): [string, ChunkHandler] => [
      demo.topicName(topic),
      // Read by the topic's own schema: what was written by another one is not what its type says.
      decodedRecords(demo.schemas.deserializer<V>({ reader: topic.schema }), take, foreign),
    ];
    const handlers = new Map<string, ChunkHandler>([
      [this.#inputTopic, (chunk) => this.#input(chunk)],
      each(predictions, (prediction, record) => this.#prediction(prediction, record)),
      each(outcomes, (outcome, record) => this.#outcome(outcome, record)),
      [demo.topicName(deadLetters), (chunk) => this.#deadLetters(chunk)],
      each(statusTopic(definition.name), (status) => this.#status(status)),
    ]);
    for (const { topic, take } of options.view?.listens ?? []) {
      const name = demo.topicName(topic);
      const first = handlers.get(name);
      // What does not belong on a topic that is read anyway has been dealt with there.
      const foreign = first === undefined ? undefined : () => undefined;
      const [, listen] = each(topic, (value, { timestamp }) => take(value, timestamp), foreign);
      handlers.set(name, inTurn(first, listen));
    }
    this.handlers = handlers;
  }

  /** What marks the records of this run; undefined where the page alone is shown. */
  get run(): string | undefined {
    return this.#options.run;
  }

  /** The scorers that are not silent. */
  get heardScorers(): ScorerStatus[] {
    const since = preciseNow() - SILENT_MS;
    return [...this.scorers.values()].flatMap(({ status, readAt }) => (readAt > since ? [status] : []));
  }

  /**
   * Forgets scorers that were silent for 15 minutes, or have said that they end and are gone; at most 64 are kept. Whoever was
   * heard of last stays: where nobody scores any more, that is to be seen.
   */
  forgetScorers(): void {
    const now = preciseNow();
    for (const [instance, { status, readAt }] of this.scorers) {
      const silentMs = now - readAt;
      const hasEnded = status.state === 'NOT_RUNNING' && silentMs > SILENT_MS;
      const isForgotten = hasEnded || silentMs > FORGOTTEN_MS || this.scorers.size > MOST_SCORERS;
      if (isForgotten && this.scorers.size > 1) this.scorers.delete(instance);
    }
  }

  /** The scorers that are not silent; where all are, what each said last. */
  get knownScorers(): ScorerStatus[] {
    const heard = this.heardScorers;
    return heard.length > 0 ? heard : Array.from(this.scorers.values(), ({ status }) => status);
  }

  /** What serves, as the newest heartbeat says; undefined before the first. */
  get latestModel(): { readonly name: string; readonly version: string; readonly sha256: string } | undefined {
    const statuses = Array.from(this.scorers.values(), ({ status }) => status);
    const newest = statuses.toSorted((a, b) => b.heartbeatAt - a.heartbeatAt)[0];
    if (newest === undefined) return undefined;
    const { modelName: name, modelVersion: version, modelSha256: sha256 } = newest;
    return { name, version, sha256 };
  }

  async #input(chunk: Chunk): Promise<void> {
    await this.#inputs.prepare(chunk.records.map(({ value }) => value));
    // A record that does not decode is somebody else's, and so is its time: today's, where the demo's may be years ago.
    let eventTime: number | undefined;
    const { settledInputs } = this.audit;
    for (const record of chunk.records) {
      const { topic, partition, offset } = record;
      this.replays.seen(record.headers, () => ({ to: { topic, partition, offset } }));
      const input = this.#decodeInput(record);
      if (input === undefined) this.audit.undecodableInput(record);
      else {
        this.audit.input(input, record);
        this.#follow('input', input, record);
        eventTime = record.timestamp;
      }
    }
    // What the rule leaves out is settled by being read.
    if (this.audit.settledInputs > settledInputs) this.lastSettledAt = preciseNow();
    const { length } = chunk.records;
    this.#options.view?.input(length, eventTime);
    // What is still being gathered is not left out: that is known when it is too late for more.
    if (!this.#definition.scoredUnit.gathers) this.#options.view?.leftOut(this.audit.counts().filtered);
    this.#options.metrics?.recordsProduced.add(length);
  }

  #prediction(prediction: P, { headers, partition, offset }: ConsumedRecord): void {
    this.asks.answered(headers, () => ({ prediction }));
    const { id, score, decision } = prediction;
    if (this.#options.view) this.trail.add('prediction', id, { partition, offset });
    this.replays.seen(headers, () => ({ became: { kind: 'scored', id, score, decision, partition, offset } }));
    const now = preciseNow();
    const run = headers[RUN_HEADER]?.toString();
    if (this.#options.run !== undefined && run !== undefined && run !== this.#options.run) {
      this.#options.view?.prediction(prediction);
      this.#counts?.add(prediction);
      return;
    }
    this.firstPredictionAt ??= now;
    this.lastSettledAt = now;
    this.audit.prediction(prediction.id);
    const sentAt = Number(headers[SENT_AT_HEADER]?.toString() ?? Number.NaN);
    const latencyMs = Number.isFinite(sentAt) ? now - sentAt : undefined;
    if (latencyMs !== undefined) this.latency.add(latencyMs);
    if (this.#options.wholeRun) this.quality.prediction(prediction.id, prediction.score);
    this.#options.view?.prediction(prediction, latencyMs);
    this.#counts?.add(prediction);
    if (latencyMs !== undefined) this.#options.metrics?.predictionLatency.observe(latencyMs / 1_000);
  }

  #outcome(outcome: O, { headers, timestamp, partition, offset }: ConsumedRecord): void {
    const firstLap = headers[LAP_HEADER] === undefined;
    const { outcome: read } = this.#definition.dashboard;
    if (this.#options.view) this.trail.add('outcome', read.id(outcome), { partition, offset });
    const counts = firstLap && (read.counts?.(outcome) ?? true);
    if (this.#options.wholeRun && counts) this.quality.outcome(read.id(outcome), read.positive(outcome));
    this.#options.view?.outcome(outcome, firstLap, timestamp);
    this.#options.metrics?.outcomesSeen.add(1);
  }

  async #deadLetters(chunk: Chunk): Promise<void> {
    await this.#inputs.prepare(chunk.records.map(({ value }) => value));
    for (const record of chunk.records) {
      const reason = deadLetterReason(record);
      if (reason === undefined) {
        this.#warn(record, 'it has no headers that say where it came from');
        continue;
      }
      const { topic, partition, offset, code, message } = reason;
      if (!this.#inputTopics.has(topic) || !Number.isInteger(partition) || !Number.isInteger(offset)) {
        const from = `partition ${partition}, offset ${offset} of ${topic}`;
        this.#warn(
          record,
          `its headers say that it came from ${from}; the inputs of this demo are on ${this.#inputTopic}`,
        );
        continue;
      }
      // Nothing waits for what the scorer reads beside its units.
      if (topic === this.#inputTopic) {
        this.lastSettledAt = preciseNow();
        const input = this.#decodeInput(record);
        this.audit.deadLetter(input, reason);
        if (input !== undefined) this.#follow('deadLetter', input, record);
      }
      this.asks.answered(record.headers, () => ({ deadLetter: message }));
      this.replays.seen(record.headers, () => {
        return { became: { kind: 'dead-letter', code, partition: record.partition, offset: record.offset } };
      });
      this.#options.view?.deadLetter({ topic, partition, offset: String(offset), code, reason: message });
      this.#options.metrics?.recordsDeadLettered.add(1, { reason: code });
    }
  }

  #status(status: ScorerStatus): void {
    const before = this.scorers.get(status.instance)?.status;
    this.#countModels(status);
    for (const sentence of modelNewsInWords(status, before)) this.#options.onNews(sentence);
    this.scorers.delete(status.instance);
    this.scorers.set(status.instance, { status, readAt: preciseNow() });
    this.forgetScorers();
    this.#options.view?.scorer(status);
  }

  #countModels({ instance, swapsTotal, refusalsTotal, modelSince, refusal }: ScorerStatus): void {
    const counted = this.#modelTotals.get(instance);
    this.#options.metrics?.modelSwaps.add(this.#newOf(swapsTotal, counted?.swapsTotal, modelSince));
    const refused = this.#newOf(refusalsTotal, counted?.refusalsTotal, refusal?.refusedAt ?? null);
    if (refused > 0) this.#options.metrics?.modelRefusals.add(refused, { reason: refusal?.code ?? 'internal' });
    this.#modelTotals.delete(instance);
    this.#modelTotals.set(instance, { swapsTotal, refusalsTotal });
    const [oldest] = this.#modelTotals.keys();
    if (this.#modelTotals.size > MOST_COUNTED && oldest !== undefined) this.#modelTotals.delete(oldest);
  }

  /**
   * How many of a scorer's total are new. Of one that is heard for the first time it is known of the last one alone, by when
   * that was, milliseconds since 1970: a page that starts late has not seen the others.
   */
  #newOf(total: number, before: number | undefined, lastAt: number | null): number {
    if (before !== undefined) return Math.max(0, total - before);
    return total > 0 && lastAt !== null && lastAt >= this.#since ? 1 : 0;
  }

  #follow(kind: 'input' | 'deadLetter', input: I, record: ConsumedRecord): void {
    if (this.#options.view === undefined) return;
    for (const id of unitIdsOf(this.#definition.scoredUnit, input)) this.trail.add(kind, id, record);
  }

  #decodeInput({ value }: ConsumedRecord): I | undefined {
    try {
      return this.#inputs.decode(value);
    } catch (error) {
      // The scorer makes a dead letter of it: here it is a unit known by its coordinates.
      if (error instanceof KitError && error.code === 'record-undecodable') return undefined;
      throw error;
    }
  }
}

/** A topic that is read for two reasons is read once. */
function inTurn(first: ChunkHandler | undefined, second: ChunkHandler): ChunkHandler {
  if (first === undefined) return second;
  return async (chunk) => {
    await first(chunk);
    await second(chunk);
  };
}
