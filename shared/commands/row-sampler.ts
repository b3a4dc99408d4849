import { KitError } from '#shared/errors';
import { projectFile } from '#shared/project-file';
import { defineTopic, type Topic } from '#shared/schema';
import type { BatchScorer, ExchangeableScorer, Reason, ScoredRow } from '#shared/streams';
import type { DemoCluster } from './demo-cluster.js';
import { jsonText } from './json-text.js';

/** A row as the model got it, and all that it said of it. Key: id. */
export interface SampledRow {
  /** Of the prediction. */
  readonly id: string;
  /** JSON. */
  readonly row: string;
  readonly score: number;
  readonly decision: string | null;
  readonly modelName: string;
  readonly modelVersion: string;
  readonly reasons: readonly Reason[];
  /** By the scorer's clock, milliseconds since 1970. */
  readonly sampledAt: number;
}

/** `<demo>.features`: a sample of what models got, so that one record can be followed through its scorer. */
export function featuresTopic(demo: string): Topic<SampledRow> {
  return defineTopic<SampledRow>({
    name: `${demo}.features`,
    partitions: 1,
    config: { 'retention.ms': '-1', 'retention.bytes': '16777216', 'segment.bytes': '4194304' },
    schema: projectFile('shared/commands/features.avsc'),
  });
}

/** From one row to the next, unless each is wanted. */
const APART_MS = 100;
/** Of one call, where each is wanted. */
const MOST_OF_A_CALL = 64;
/** A row that is longer is left out: one record must not fill the topic. */
const MOST_CHARACTERS = 16_384;

interface SamplerOptions {
  /** Whether each row is wanted, as where records go one by one and somebody looks at each. */
  readonly everyRow: () => boolean;
  readonly onNotice: (sentence: string) => void;
}

/**
 * Writes some of the rows that a scorer scores: at most ten a second, one of each call of the model. A row needs an `id`. What
 * cannot be written is left out, and scoring waits for nothing of it.
 */
export class RowSampler {
  readonly #send: (rows: readonly SampledRow[]) => Promise<void>;
  readonly #everyRow: () => boolean;
  #lastAt = Number.NEGATIVE_INFINITY;
  #sending: Promise<void> | undefined;

  /** Undefined where there is no such topic and it may not be made: a cluster's owner may have made what is needed alone. */
  static async start(
    demo: string,
    { cluster, schemas, topicName }: DemoCluster,
    { everyRow, onNotice }: SamplerOptions,
  ): Promise<RowSampler | undefined> {
    const topic = featuresTopic(demo);
    const name = topicName(topic);
    try {
      await cluster.ensureTopics([
        { name, partitions: topic.partitions, config: { 'cleanup.policy': topic.cleanupPolicy, ...topic.config } },
      ]);
    } catch (error) {
      const { code, message } = KitError.from(error);
      if (code !== 'topic-mismatch') throw error;
      onNotice(`What the model gets cannot be looked at here: ${message}`);
      return undefined;
    }
    const serialize = await schemas.register(topic, name);
    const producer = await cluster.produce();
    return new RowSampler(
      (rows) =>
        producer.send(
          rows.map((row) => ({ topic: name, key: row.id, value: serialize(row), timestamp: row.sampledAt })),
        ),
      everyRow,
    );
  }

  private constructor(send: (rows: readonly SampledRow[]) => Promise<void>, everyRow: () => boolean) {
    this.#send = send;
    this.#everyRow = everyRow;
  }

  /** The same model, looked at. */
  around<V extends object>(model: ExchangeableScorer<V>): ExchangeableScorer<V> {
    const acquired = new Map<BatchScorer<V>, BatchScorer<V>>();
    return {
      acquire: () => {
        const inner = model.acquire();
        const { name, version } = inner;
        const looked: BatchScorer<V> = {
          name,
          version,
          score: async (rows) => {
            const scored = await inner.score(rows);
            this.#look(inner, rows, scored);
            return scored;
          },
        };
        acquired.set(looked, inner);
        return looked;
      },
      release: (looked) => {
        const inner = acquired.get(looked);
        acquired.delete(looked);
        if (inner !== undefined) model.release(inner);
      },
    };
  }

  /** Waits for what is on its way. */
  async close(): Promise<void> {
    await this.#sending;
  }

  #look<V extends object>(
    { name, version }: Pick<BatchScorer<V>, 'name' | 'version'>,
    rows: readonly V[],
    scored: readonly (ScoredRow | KitError)[],
  ): void {
    const now = performance.now();
    const each = this.#everyRow();
    if (this.#sending !== undefined || !(each || now - this.#lastAt >= APART_MS)) return;
    const samples: SampledRow[] = [];
    for (let index = 0; index < rows.length && samples.length < (each ? MOST_OF_A_CALL : 1); index++) {
      const sample = sampleOf(rows[index], scored[index]);
      if (sample !== undefined)
        samples.push({ ...sample, modelName: name, modelVersion: version, sampledAt: Date.now() });
    }
    if (samples.length === 0) return;
    this.#lastAt = now;
    // A sample that cannot be written is one that is missing; the application itself reports a lost cluster.
    this.#sending = this.#send(samples)
      .catch(() => undefined)
      .finally(() => {
        this.#sending = undefined;
      });
  }
}

function sampleOf(row: object | undefined, scored: ScoredRow | KitError | undefined) {
  if (row === undefined || scored === undefined || scored instanceof KitError) return undefined;
  if (!('id' in row) || typeof row.id !== 'string') return undefined;
  const text = jsonText(row);
  if (text.length > MOST_CHARACTERS) return undefined;
  const { score, decision, reasons = [] } = scored;
  return { id: row.id, row: text, score, decision, reasons };
}
