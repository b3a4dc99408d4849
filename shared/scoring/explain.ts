import { KitError } from '#shared/errors';
import type { OnnxFile } from '#shared/onnx';
import type { Explanation } from './explanation.js';
import type { ModelCard } from './model-card.js';
import { additiveExplanation } from './reasons/explain-additive.js';
import { tensorReasons } from './tensor-reasons.js';

/**
 * The way to the reasons of a model's scores; where there is none, why, in a sentence. `onNotice` is told, once, when
 * reasons are left out for a row.
 */
export function explain(card: ModelCard, file: OnnxFile, onNotice: (sentence: string) => void): Explanation | string {
  if (card.reasons !== undefined) return tensorReasons(card, card.reasons, file);
  try {
    return additiveExplanation(card, file, onNotice);
  } catch (error) {
    // Whatever is strange about a graph, it can be scored.
    return KitError.from(error, 'model-unexplained', 'its graph could not be followed').message;
  }
}
