import { KitError } from '#shared/errors';
import type { StreamRecord } from '../record.js';
import type { Operator } from '../topology/graph.js';
import { type BatchContext, mapBatch } from './map-batch.js';

/** What an input did to a score, in the unit that the model's explanation is in, such as log-odds. */
export interface Reason {
  readonly name: string;
  readonly contribution: number;
}

/** What a second model says of a row that another one scores. */
export interface Vote {
  readonly score: number;
  /** In the words of the model that it stands beside, where both have as many labels. */
  readonly decision: string | null;
  readonly modelName: string;
  readonly modelVersion: string;
  readonly reasons?: readonly Reason[];
}

/** What a model says of one row. */
export interface ScoredRow {
  readonly score: number;
  /** The card's label for the score; null where the model decides nothing. */
  readonly decision: string | null;
  /** The inputs that moved the score, the strongest first; where the model was asked for them. */
  readonly reasons?: readonly Reason[];
  /** Where a challenger votes: what it says; null where it could not score this row. */
  readonly challenger?: Vote | null;
}

/** A model, as far as a topology needs to know it. */
export interface BatchScorer<V> {
  readonly name: string;
  readonly version: string;
  /** One result a row, in order; a KitError in the place of a result says why that row could not be scored. */
  readonly score: (rows: readonly V[]) => Promise<readonly (ScoredRow | KitError)[]>;
}

/**
 * A model that can be exchanged while the stream runs. Each task acquires one before it scores and releases it when it
 * commits, so that no transaction has scores of two.
 */
export interface ExchangeableScorer<V> {
  /** The model to be used from now on; it must go on scoring until it is released. */
  acquire(): BatchScorer<V>;
  release(scorer: BatchScorer<V>): void;
}

/** What a stream can be scored with. */
export type Scorer<V> = BatchScorer<V> | ExchangeableScorer<V>;

/** A value with what the model says of it: the fields that every prediction carries. */
export interface Scored<V> extends ScoredRow {
  readonly input: V;
  /** The record's timestamp, milliseconds since the epoch. */
  readonly eventTime: number;
  readonly modelName: string;
  readonly modelVersion: string;
  /** When the model was applied, milliseconds since the epoch, by the runtime's clock. */
  readonly scoredAt: number;
}

export function score<K, V>(model: Scorer<V>): Operator<K, V, K, Scored<V>> {
  if (!('acquire' in model)) return mapBatch((records, context) => scoreAll(model, records, context));
  return (next, context) => {
    let acquired: BatchScorer<V> | undefined;
    const release = (): void => {
      if (acquired !== undefined) model.release(acquired);
      acquired = undefined;
    };
    context.onCommit(release);
    context.onClose(release);
    const operator = mapBatch<K, V, Scored<V>>((records, batch) => {
      acquired ??= model.acquire();
      return scoreAll(acquired, records, batch);
    });
    return operator(next, context);
  };
}

async function scoreAll<K, V>(
  model: BatchScorer<V>,
  records: readonly StreamRecord<K, V>[],
  context: BatchContext,
): Promise<(Scored<V> | KitError)[]> {
  const { name: modelName, version: modelVersion } = model;
  const rows = await model.score(records.map(({ value }) => value));
  const scoredAt = context.now();
  return rows.map((row, index) => {
    const record = records[index];
    if (row instanceof KitError || record === undefined) return row instanceof KitError ? row : surplus(modelName);
    const scored = {
      input: record.value,
      eventTime: record.timestamp,
      score: row.score,
      decision: row.decision,
      modelName,
      modelVersion,
      scoredAt,
    };
    const { reasons, challenger } = row;
    if (challenger !== undefined) return { ...scored, ...(reasons && { reasons }), challenger };
    return reasons === undefined ? scored : { ...scored, reasons };
  });
}

function surplus(model: string): KitError {
  return new KitError('topology', `The model ${model} returned more results than it was given rows.`);
}
