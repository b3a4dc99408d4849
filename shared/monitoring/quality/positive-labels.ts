import {
  type Key,
  type KeyValueStore,
  keyValueStore,
  type Processor,
  type ProcessorContext,
  type StreamRecord,
  serdes,
} from '#shared/streams';
import type { ScorerStatus } from '../scorer-status.js';

export const POSITIVE_LABELS = 'positive-labels';

/** By version: what a score from the threshold on is called. */
export const positiveLabels = keyValueStore<string, string>({ name: POSITIVE_LABELS, value: serdes.string });

export const versionKey = (modelName: string, modelVersion: string): string => `${modelName}/${modelVersion}`;

/** Keeps from the heartbeats how each version calls the positive decision: one that is published need not call it as the demo's own. */
export class PositiveLabels implements Processor<Key, ScorerStatus, Key, never> {
  #labels: KeyValueStore<string, string> | undefined;

  init(context: ProcessorContext<Key, never>): void {
    this.#labels = context.getStateStore(POSITIVE_LABELS);
  }

  process({ value }: StreamRecord<Key, ScorerStatus>): void {
    const { modelName, modelVersion, modelPositive } = value;
    const version = versionKey(modelName, modelVersion);
    if (modelPositive === null || this.#labels?.get(version) === modelPositive) return;
    this.#labels?.put(version, modelPositive);
  }
}
