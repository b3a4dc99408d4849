import { KitError } from '#shared/errors';
import type { GroupLag } from '#shared/kafka';
import { scorerMetrics } from '#shared/metrics';
import type { ScorerStatus } from '#shared/monitoring';
import { CounterRates, EdgeRates, rateWindowMs } from './edge-rates.js';
import { LagCourse } from './lag-course.js';
import { isFilter, isScore } from './operator-words.js';
import type { PipelineDrawing, PipelineScorer, PipelineState, Waiting } from './page/pipeline-state.js';
import type { Signals } from './page/signal-state.js';
import { PRODUCER } from './pipeline-boxes.js';
import { drawPipeline } from './pipeline-drawing.js';
import { pipelineNews, type ReadTopic } from './pipeline-news.js';
import { type DescribedTopology, parseTopologyText } from './topology-text.js';

/** What a demo's pipeline is drawn for. */
export interface PipelineFacts {
  /** The demo's name. */
  readonly demo: string;
  /** What the names of its topics begin with on the cluster. */
  readonly namespace: string;
  /** Of the scorers' application, by which the names of its internal topics begin. */
  readonly applicationId: string;
  /** The main input topic, without the namespace. */
  readonly input: string;
  /** Topics that the page reads, without the namespace. */
  readonly shown: ReadonlySet<string>;
}

/** How things are at a moment. Times are milliseconds since 1970. */
export interface PipelineMoment {
  readonly now: number;
  readonly scorers: Iterable<{ readonly status: ScorerStatus; readonly readAt: number }>;
  /** How far the scorers' group is, and when that was asked; undefined where it is not known. */
  readonly lag: { readonly at: number; readonly of: GroupLag } | undefined;
  /** Since when the cluster does not answer. */
  readonly clusterSilentSince: number | undefined;
  readonly totals: { readonly input: number; readonly deadLettered: number };
  /** What is wrong, by all that the page knows; absent where nobody looks. */
  readonly signals?: Pick<Signals, 'signals' | 'recovery'> | undefined;
  /** How long a call of the model takes of late; null where that is not known. */
  readonly scoringSeconds?: number | null;
}

/** What is drawn. */
interface Drawn {
  readonly text: string;
  readonly topology: DescribedTopology | undefined;
  readonly drawing: PipelineDrawing | null;
  readonly missing: string | null;
}

const SILENT_MS = 5_000;
const MOST_SCORERS = 12;

/** The pipeline as it is drawn: told about once a second how things are, asked for a state now and then. */
export class PipelineView {
  readonly #facts: PipelineFacts;
  readonly #rates = new EdgeRates();
  readonly #lags = new Map<string, LagCourse>();
  /** Of what was read in all: inputs, and dead letters. */
  readonly #totals = new CounterRates();
  #latest: PipelineMoment | undefined;
  #scorers: readonly { readonly status: ScorerStatus; readonly readAt: number }[] = [];
  #drawn: Drawn = {
    text: '',
    topology: undefined,
    drawing: null,
    missing: 'No scorer has said yet what it runs. It does so with its first heartbeat.',
  };

  constructor(facts: PipelineFacts) {
    this.#facts = facts;
  }

  observe(moment: PipelineMoment): void {
    this.#latest = moment;
    this.#scorers = Array.from(moment.scorers);
    const newest = this.#scorers.toSorted((a, b) => b.status.heartbeatAt - a.status.heartbeatAt)[0]?.status;
    if (newest !== undefined && newest.topology !== this.#drawn.text) this.#draw(newest.topology);
    this.#rates.observe(this.#heard.map(({ status }) => status));
    this.#totals.observe(moment.now, [moment.totals.input, moment.totals.deadLettered]);
    if (moment.lag === undefined) return;
    const { at, of } = moment.lag;
    for (const { id, topic } of this.#topics) {
      const name = this.#onCluster(topic, of);
      const course = this.#lags.get(id) ?? new LagCourse();
      this.#lags.set(id, course);
      const [lag, committed] = [of.lag.get(name), of.committed.get(name)];
      if (lag !== undefined && committed !== undefined) course.observe({ at, lag, committed });
    }
  }

  state(): PipelineState {
    const { drawing, missing } = this.#drawn;
    const scorers = this.#shownScorers();
    const topics = this.#readTopics();
    const deadLetters = this.#perSecond('deadLettered');
    const flows = drawing?.links.map((link) => this.#flowOf(link)) ?? [];
    const { clusterSilentSince, now = 0, totals } = this.#latest ?? {};
    return {
      drawing,
      missing,
      text: this.#drawn.text,
      news:
        drawing === null
          ? []
          : pipelineNews({
              topics,
              scorers,
              clusterSilentSeconds:
                clusterSilentSince === undefined ? undefined : Math.round((now - clusterSilentSince) / 1_000),
              flows: flows.some((flow) => flow !== null && flow > 0),
              deadLettersPerSecond: deadLetters ?? 0,
              signals: this.#latest?.signals,
              boxes: {
                ScoringSlow: drawing.boxes.find(({ steps }) => steps.some(isScore))?.id,
                RecordsLate: `topic ${this.#facts.input}`,
                NothingProduced: `topic ${this.#facts.input}`,
                DeadLetters: 'dead-letters',
              },
            }),
      flows,
      windowSeconds: rateWindowMs / 1_000,
      waiting: Object.fromEntries(topics.map(({ box, trend }): [string, Waiting] => [box, waitingOf(trend)])),
      failed: this.#failed(),
      slow: this.#slow(),
      leftOut: this.#leftOut(),
      stores: this.#stores(),
      tasks: this.#tasks(),
      deadLetters: { total: totals?.deadLettered ?? 0, perSecond: deadLetters },
      scorers,
    };
  }

  /** Draws a topology once; what cannot be read is said, and drawn no more often than a readable one. */
  #draw(text: string): void {
    this.#lags.clear();
    const { demo, shown } = this.#facts;
    try {
      const topology = parseTopologyText(text);
      const isEmpty = topology.nodes.length === 0;
      const missing = isEmpty ? 'The scorer says of its topology that it has no nodes.' : null;
      this.#drawn = { text, topology, drawing: isEmpty ? null : drawPipeline(topology, { demo, shown }), missing };
    } catch (error) {
      const { message } = KitError.from(error, 'topology', "Drawing the scorer's topology");
      this.#drawn = { text, topology: undefined, drawing: null, missing: message };
    }
  }

  /** Scorers that are heard and run what is drawn. */
  get #heard(): readonly { readonly status: ScorerStatus }[] {
    const since = (this.#latest?.now ?? 0) - SILENT_MS;
    return this.#scorers.filter(({ status, readAt }) => readAt > since && status.topology === this.#drawn.text);
  }

  get #topics(): PipelineDrawing['boxes'] {
    const { boxes = [], links = [] } = this.#drawn.drawing ?? {};
    return boxes.filter(
      ({ id, kind }) => kind === 'topic' && links.some(({ from, to }) => from === id && to !== 'page'),
    );
  }

  #onCluster(topic: string, { lag }: GroupLag): string {
    const { namespace, applicationId } = this.#facts;
    const internal = `${applicationId}-${topic}`;
    return lag.has(internal) ? internal : `${namespace}${topic}`;
  }

  #readTopics(): ReadTopic[] {
    return this.#topics.flatMap(({ id, title }) => {
      const trend = this.#lags.get(id)?.trend;
      return trend === undefined ? [] : [{ box: id, title, trend }];
    });
  }

  #flowOf({ from, to, kind, edges }: PipelineDrawing['links'][number]): number | null {
    if (kind === 'dead-letters') return rounded(this.#perSecond('deadLettered'));
    if (kind === 'store') return null;
    if (from === PRODUCER) {
      return to === `topic ${this.#facts.input}` ? rounded(this.#perSecond('input')) : null;
    }
    // Between topic and page nobody counts, and where no scorer is heard nothing goes along.
    if (edges.length > 0 && this.#heard.length === 0) return 0;
    const known = edges.map((edge) => this.#rates.of(edge, this.#latest?.now ?? 0)).filter((rate) => rate !== null);
    return known.length === 0 ? null : rounded(known.reduce((sum, rate) => sum + rate, 0));
  }

  #perSecond(what: keyof PipelineMoment['totals']): number | null {
    return this.#totals.of(what === 'input' ? 0 : 1, this.#latest?.now ?? 0);
  }

  /** Where it is said that the model takes long, its call at each step that scores. */
  #slow(): Record<number, number> {
    const { signals, scoringSeconds = null } = this.#latest ?? {};
    const isSlow = signals?.signals.some(({ alert }) => alert === 'ScoringSlow') ?? false;
    if (!isSlow || scoringSeconds === null) return {};
    const steps = this.#drawn.drawing?.boxes.flatMap((box) => box.steps.filter(isScore)) ?? [];
    return Object.fromEntries(steps.map(({ node }) => [node, scoringSeconds]));
  }

  /** What went into a filter and not on, by what the scorers count that are heard: its rule left it out. */
  #leftOut(): Record<number, number> {
    const { topology } = this.#drawn;
    const counted = this.#heard.map(({ status }) => status.edges);
    const along = (edges: readonly number[]): number =>
      Math.max(0, ...edges.map((edge) => counted.reduce((sum, counts) => sum + (counts[edge] ?? 0), 0)));
    const leftOut: Record<number, number> = {};
    topology?.nodes.forEach((described, node) => {
      if (!isFilter(described)) return;
      const edgesAt = (end: 'from' | 'to'): number[] =>
        topology.edges.flatMap((edge, place) => (edge[end] === node ? [place] : []));
      leftOut[node] = Math.max(0, along(edgesAt('to')) - along(edgesAt('from')));
    });
    return leftOut;
  }

  #failed(): Record<number, number> {
    const failed: Record<number, number> = {};
    for (const { status } of this.#scorers) {
      if (status.topology !== this.#drawn.text) continue;
      status.failed.forEach((records, node) => {
        if (records > 0) failed[node] = (failed[node] ?? 0) + records;
      });
    }
    return failed;
  }

  /** A global table is whole in every scorer; of other stores each has a part. */
  #stores(): Record<string, number> {
    const boxes = this.#drawn.drawing?.boxes ?? [];
    const frames = this.#drawn.drawing?.frames ?? [];
    const isGlobal = new Set(
      boxes.flatMap(({ subTopology, stores }) =>
        frames.some((frame) => frame.subTopology === subTopology && frame.isGlobal) ? stores : [],
      ),
    );
    const entries: Record<string, number> = {};
    for (const { status } of this.#heard) {
      for (const { metric, labels, value } of status.metrics) {
        const { store } = labels;
        if (metric !== scorerMetrics.storeEntries.name || store === undefined) continue;
        entries[store] = isGlobal.has(store) ? Math.max(entries[store] ?? 0, value) : (entries[store] ?? 0) + value;
      }
    }
    return entries;
  }

  /** A task reads the partitions of one number of all topics of its part. */
  #tasks(): Record<number, number> {
    const { boxes = [], links = [], frames = [] } = this.#drawn.drawing ?? {};
    const lag = this.#latest?.lag?.of;
    const tasks: Record<number, number> = {};
    if (lag === undefined) return tasks;
    for (const { subTopology, isGlobal } of frames) {
      if (isGlobal) continue;
      const reads = links.flatMap(({ from, to }) =>
        boxes.some(({ id, subTopology: of }) => id === to && of === subTopology) ? [from] : [],
      );
      const has = new Set<number>();
      for (const { status } of this.#heard) {
        for (const name of status.tasks) {
          const { topic, partition } = partitionOf(name);
          const box = this.#topics.find((each) => this.#onCluster(each.topic, lag) === topic);
          if (box !== undefined && reads.includes(box.id)) has.add(partition);
        }
      }
      tasks[subTopology] = has.size;
    }
    return tasks;
  }

  #shownScorers(): PipelineScorer[] {
    const { now = 0 } = this.#latest ?? {};
    return this.#scorers
      .map(({ status, readAt }): PipelineScorer => {
        const age = now - readAt;
        const silentSeconds = age > SILENT_MS ? Math.floor(age / 1_000) : null;
        return {
          instance: status.instance,
          state: status.state,
          silentSeconds,
          recordsPerSecond: silentSeconds === null ? Math.round(status.recordsPerSecond * 10) / 10 : 0,
          has: this.#partitionsOf(status),
        };
      })
      .toSorted(
        (a, b) =>
          (a.silentSeconds ?? 0) - (b.silentSeconds ?? 0) ||
          a.instance.localeCompare(b.instance, 'en', { numeric: true }),
      )
      .slice(0, MOST_SCORERS);
  }

  #partitionsOf({ tasks }: ScorerStatus): PipelineScorer['has'] {
    const byTopic = new Map<string, number[]>();
    for (const name of tasks) {
      const { topic, partition } = partitionOf(name);
      const title = this.#titleOf(topic);
      byTopic.set(title, [...(byTopic.get(title) ?? []), partition]);
    }
    return Array.from(byTopic, ([topic, partitions]) => ({ topic, partitions: partitions.toSorted((a, b) => a - b) }));
  }

  #titleOf(topic: string): string {
    const { namespace, demo, applicationId } = this.#facts;
    for (const start of [`${applicationId}-`, `${namespace}${demo}.`]) {
      if (topic.startsWith(start)) return topic.slice(start.length);
    }
    return topic;
  }
}

function waitingOf({ records, partitions, growth, isStuck }: ReadTopic['trend']): Waiting {
  return { records, partitions, growth: Math.round(growth * 10) / 10, isStuck };
}

/** 'flights-0' → flights, 0 */
function partitionOf(name: string): { readonly topic: string; readonly partition: number } {
  const dash = name.lastIndexOf('-');
  return { topic: name.slice(0, dash), partition: Number(name.slice(dash + 1)) };
}

function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(3));
}
