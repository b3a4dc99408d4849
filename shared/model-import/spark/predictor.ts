import type { ModelCard } from '#shared/scoring';
import type { Column, PipelineGraph } from './pipeline-graph.js';
import type { SavedStage } from './saved-stage.js';

/** What a pipeline's model makes of the graph: the end of it, and what the card says of it. */
export interface Prediction {
  readonly card: Pick<ModelCard, 'task' | 'output' | 'threshold' | 'reasons'>;
  readonly algorithm: string;
  /** How many classes a classifier tells apart. */
  readonly classes?: number;
}

/** The features of a model, as many as it was trained on. */
export async function featuresOf(stage: SavedStage, graph: PipelineGraph, trainedOn: number): Promise<Column> {
  const name = stage.parameters.text('featuresCol', 'features');
  if (!graph.isMade(name)) {
    throw stage.refusal(
      `no stage of the pipeline makes its column "${name}"; save the pipeline with its VectorAssembler, so that records come in as fields`,
    );
  }
  const features = await graph.column(name);
  if (features.width !== trainedOn)
    throw stage.refusal(`it was trained on ${trainedOn} features and the pipeline makes ${features.width}`);
  return features;
}

/**
 * The probability above which a two-class model of Spark says the second label. Spark says it where p > t, a card where
 * p ≥ t: so the card gets the next double.
 */
export function thresholdOf(stage: SavedStage): number {
  if (!stage.parameters.has('thresholds')) return nextUp(stage.parameters.number('threshold', 0.5));
  const [first = Number.NaN, second = Number.NaN, ...more] = stage.parameters.numbers('thresholds');
  if (more.length > 0 || !(first + second > 0)) throw stage.refusal('its thresholds are not two positive numbers');
  return nextUp(second / (first + second));
}

/** Refuses a model of several classes whose thresholds prefer some of them: a card takes the most probable class. */
export function refuseUnequalThresholds(stage: SavedStage): void {
  if (stage.parameters.has('thresholds') && new Set(stage.parameters.numbers('thresholds')).size > 1)
    throw stage.refusal('it has different thresholds for its classes, and a model card decides by probability alone');
}

function nextUp(value: number): number {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + 1n);
  return bits.getFloat64(0);
}
