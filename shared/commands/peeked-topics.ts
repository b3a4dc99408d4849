import type { PeekTopic, TopicKind } from '#shared/dashboard';
import { KitError } from '#shared/errors';
import type { Cluster } from '#shared/kafka';
import { monitoringTopics, statusTopic } from '#shared/monitoring';
import { MODELS_TOPIC } from '#shared/scoring';
import type { DemoCluster } from './demo-cluster.js';
import { companionTopics, type DemoBasics } from './demo-definition.js';
import { replaysTopic } from './replays.js';
import { featuresTopic } from './row-sampler.js';

const REFRESHED_AFTER_MS = 1_000;
/** What nobody has asked for in so long is asked anew before it is compared. */
const STALE_MS = 10_000;

const order: readonly TopicKind[] = [
  'input',
  'side-input',
  'predictions',
  'output',
  'outcomes',
  'dead-letters',
  'replays',
  'features',
  'models',
  'status',
  'control',
  'monitoring',
  'repartition',
  'changelog',
  'other',
];

interface Looked {
  readonly at: number;
  readonly ends: ReadonlyMap<string, readonly number[]>;
}

/**
 * The topics of a demo on its cluster: its own, its companions, what its applications keep for themselves, and the models.
 * Asks the cluster only while somebody asks for them, once a second.
 */
export class PeekedTopics {
  readonly #cluster: Cluster;
  readonly #prefix: string;
  readonly #models: string;
  readonly #kinds: ReadonlyMap<string, TopicKind>;
  #topics: readonly PeekTopic[] = [];
  #problem: string | null = null;
  #last: Looked | undefined;
  #asking: Promise<void> | undefined;

  constructor(definition: DemoBasics, { cluster, topicName }: Pick<DemoCluster, 'cluster' | 'topicName'>) {
    this.#cluster = cluster;
    this.#prefix = topicName({ name: `${definition.name}.` });
    this.#models = topicName({ name: MODELS_TOPIC });
    this.#kinds = kindsOf(definition, topicName);
  }

  /** What was found last; a look that is due is begun, and is in the next answer. */
  get latest(): { readonly topics: readonly PeekTopic[]; readonly problem: string | null } {
    const age = this.#last === undefined ? Number.POSITIVE_INFINITY : performance.now() - this.#last.at;
    if (age >= REFRESHED_AFTER_MS) void this.#refresh();
    return { topics: this.#topics, problem: this.#problem };
  }

  /** Whether a topic of this name would be one of the demo's. */
  covers(name: string): boolean {
    return name.startsWith(this.#prefix) || name === this.#models;
  }

  #refresh(): Promise<void> {
    this.#asking ??= this.#look()
      .then(() => {
        this.#problem = null;
      })
      .catch((error: unknown) => {
        this.#problem = KitError.from(error).message;
        this.#last = { at: performance.now(), ends: new Map() };
      })
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }

  async #look(): Promise<void> {
    const names = (await this.#cluster.topicNames()).filter((name) => this.covers(name));
    const [begins, ends] = await Promise.all([
      this.#cluster.beginningOffsets(names),
      this.#cluster.endOffsets(names, { isolation: 'read_committed' }),
    ]);
    const at = performance.now();
    const before = this.#last !== undefined && at - this.#last.at < STALE_MS ? this.#last : undefined;
    const topics = names.map((name): PeekTopic => {
      const now = ends.get(name) ?? [];
      const then = before?.ends.get(name);
      const seconds = before === undefined ? 0 : (at - before.at) / 1_000;
      const perSecond = then === undefined || seconds === 0 ? null : Math.max(0, (sum(now) - sum(then)) / seconds);
      return { name, kind: this.#kindOf(name), begins: begins.get(name) ?? [], ends: now, perSecond };
    });
    this.#topics = topics.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
    this.#last = { at, ends };
  }

  #kindOf(name: string): TopicKind {
    const known = this.#kinds.get(name);
    if (known !== undefined) return known;
    if (name.endsWith('-changelog')) return 'changelog';
    return name.endsWith('-repartition') ? 'repartition' : 'other';
  }
}

function kindsOf(definition: DemoBasics, topicName: DemoCluster['topicName']): ReadonlyMap<string, TopicKind> {
  const { name, topics, alsoProduces = [], alsoWrites = [] } = definition;
  const kinds = new Map<string, TopicKind>();
  const are = (kind: TopicKind, ...all: readonly { readonly name: string }[]): void => {
    for (const topic of all) kinds.set(topicName(topic), kind);
  };
  are('side-input', ...alsoProduces);
  are('output', ...alsoWrites);
  are('input', topics.input);
  are('predictions', topics.predictions);
  are('outcomes', topics.outcomes);
  are('dead-letters', companionTopics(name).deadLetters);
  are('replays', replaysTopic(name));
  are('features', featuresTopic(name));
  are('status', statusTopic(name));
  are('control', { name: `${name}.control` });
  are('models', { name: MODELS_TOPIC });
  are('monitoring', ...Object.values<{ readonly name: string }>({ ...monitoringTopics(name) }));
  return kinds;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
