import type { OnnxFile } from '#shared/onnx';
import type { Explanation } from './explanation.js';
import type { ModelCard } from './model-card.js';
import { tensorReasons } from './tensor-reasons.js';

/** The way to the reasons of a model's scores; where there is none, why, in a sentence. */
export function explain(card: ModelCard, file: OnnxFile): Explanation | string {
  if (card.reasons !== undefined) return tensorReasons(card, card.reasons, file);
  return 'its card names no tensor of reasons.';
}
