import type { ScorerStatus } from '#shared/monitoring';
import { StreamsBuilder, serdes, serdeTopic } from '#shared/streams';
import type { Signals } from './page/signal-state.js';
import { PipelineView } from './pipeline-view.js';
import { sampleScorer } from './sample-run.js';

const topic = (name: string) => serdeTopic<string, string>({ name, key: serdes.string, value: serdes.string });

/** Two parts with a topic in between, a store that is looked up, and a sink in each part. */
export function sampleTopology(): string {
  const builder = new StreamsBuilder();
  const names = builder.table(topic('demo.names'), { store: 'names' });
  const joined = builder.stream(topic('demo.lines')).leftJoin(names, (line, name) => line + (name ?? ''));
  joined.filter(() => true, 'long').to(topic('demo.long-lines'));
  joined
    .repartition({ named: 'again' })
    .mapValues((line) => line, 'shorten')
    .to(topic('demo.short-lines'));
  return builder.build().describe();
}

/** A filter and a model. */
export function scoringTopology(): string {
  const builder = new StreamsBuilder();
  builder
    .stream(topic('demo.lines'))
    .filter(() => true)
    .mapValues((line) => ({ line }))
    .score({ name: 'length', version: '1', score: async (rows) => rows.map(() => ({ score: 0.5, decision: 'any' })) })
    .mapValues(({ input }) => input.line)
    .to(topic('demo.long-lines'));
  return builder.build().describe();
}

/** A pipeline that is looked at once a second of a clock of its own. */
export class SamplePipeline {
  readonly view = new PipelineView({
    demo: 'demo',
    namespace: 'ns.',
    applicationId: 'ns.demo.scorer',
    input: 'demo.lines',
    shown: new Set(['demo.long-lines', 'demo.lines']),
  });
  now = 1_000_000;
  totals = { input: 0, deadLettered: 0 };
  clusterSilentSince: number | undefined;
  signals: Pick<Signals, 'signals' | 'recovery'> | undefined;
  scoringSeconds: number | null = null;
  /** By topic on the cluster: what waits, and what was taken, by partition. */
  readonly lag = new Map<string, { waiting: number[]; taken: number[] }>([
    ['ns.demo.lines', { waiting: [0, 0], taken: [0, 0] }],
    ['ns.demo.names', { waiting: [0, 0], taken: [0, 0] }],
    ['ns.demo.scorer-again-repartition', { waiting: [0, 0], taken: [0, 0] }],
  ]);
  readonly #scorers = new Map<string, { status: ScorerStatus; readAt: number }>();

  /** A heartbeat of this moment. */
  beat(instance: string, more: Partial<ScorerStatus> = {}): void {
    const before = this.#scorers.get(instance)?.status;
    const status = sampleScorer(this.now, {
      state: 'RUNNING',
      topology: sampleTopology(),
      ...before,
      instance,
      heartbeatAt: this.now,
      ...more,
    });
    this.#scorers.set(instance, { status, readAt: this.now });
  }

  /** Lets seconds pass; in each of them something happens, and then it is looked. */
  pass(seconds: number, happens: () => void = () => undefined): void {
    for (let second = 0; second < seconds; second += 1) {
      this.now += 1_000;
      happens();
      this.look();
    }
  }

  look(): void {
    const of = {
      groupId: 'ns.demo.scorer',
      lag: new Map(Array.from(this.lag, ([name, { waiting }]) => [name, [...waiting]])),
      committed: new Map(Array.from(this.lag, ([name, { taken }]) => [name, [...taken]])),
    };
    this.view.observe({
      now: this.now,
      scorers: this.#scorers.values(),
      lag: this.clusterSilentSince === undefined ? { at: this.now, of } : undefined,
      clusterSilentSince: this.clusterSilentSince,
      totals: { ...this.totals },
      signals: this.signals,
      scoringSeconds: this.scoringSeconds,
    });
  }
}
