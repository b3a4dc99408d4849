import { checkShape, childNamed, childrenNamed, choice, onlyChild, optionalNumber, refusal } from './element.js';
import { PREDICATE_NAMES } from './predicate.js';
import type { XmlElement } from './xml.js';

const METHODS = [
  'majorityVote',
  'weightedMajorityVote',
  'average',
  'weightedAverage',
  'median',
  'weightedMedian',
  'max',
  'sum',
  'weightedSum',
  'selectFirst',
  'modelChain',
] as const;
export type Method = (typeof METHODS)[number];

/** A model of several, where its predicate is true. */
interface Segment {
  readonly element: XmlElement;
  readonly condition: XmlElement;
  readonly model: XmlElement;
  readonly weight: number;
}

/** How the models of a MiningModel become one. */
export interface Segmentation {
  readonly element: XmlElement;
  readonly method: Method;
  readonly segments: readonly Segment[];
  /** What becomes of a model that predicts nothing. */
  readonly missing: 'continue' | 'skipSegment' | 'returnMissing';
  /** Which share of the weights may be missing before the whole prediction is. */
  readonly missingThreshold: number;
}

/** @throws KitError 'model-invalid' naming what is not understood. */
export function readSegmentation(miningModel: XmlElement): Segmentation {
  const element = childNamed(miningModel, 'Segmentation');
  if (element === undefined)
    throw refusal(miningModel, 'it has no Segmentation; models embedded otherwise are not understood.');
  checkShape(element, {
    attributes: ['multipleModelMethod', 'missingPredictionTreatment', 'missingThreshold'],
    children: ['Segment'],
  });
  const segments = childrenNamed(element, 'Segment')
    .map(readSegment)
    .filter(({ condition }) => condition.name !== 'False');
  if (segments.length === 0) throw refusal(element, 'it has no segment that can be true.');
  return {
    element,
    method: choice(element, 'multipleModelMethod', METHODS),
    segments,
    missing: choice(element, 'missingPredictionTreatment', ['continue', 'skipSegment', 'returnMissing'], 'continue'),
    missingThreshold: optionalNumber(element, 'missingThreshold') ?? 1,
  };
}

function readSegment(element: XmlElement): Segment {
  checkShape(element, { attributes: ['id', 'weight'], children: element.children.map(({ name }) => name) });
  const condition = onlyChild(element, PREDICATE_NAMES);
  const models = element.children.filter(
    (child) => child !== condition && child.name !== 'Extension' && child.name !== 'VariableWeight',
  );
  const [model] = models;
  if (model === undefined || models.length > 1)
    throw refusal(element, `it holds ${models.length} models; it must hold one.`);
  if (childNamed(element, 'VariableWeight') !== undefined)
    throw refusal(element, 'a VariableWeight is not understood.');
  return { element, condition, model, weight: optionalNumber(element, 'weight') ?? 1 };
}
