import { used } from './compilation.js';
import { asNumber } from './conversion.js';
import { checkShape, childNamed, childrenNamed, onlyChild, optionalNumber, refusal } from './element.js';
import { EXPRESSION_NAMES, evaluate } from './expression.js';
import { MODEL_ATTRIBUTES, MODEL_CHILDREN, type ModelSource } from './model.js';
import { PREDICATE_NAMES, predicate } from './predicate.js';
import type { Prediction } from './prediction.js';
import type { XmlElement } from './xml.js';

// What only reason codes need; they are no part of the score.
const REASONS = ['reasonCode', 'baselineScore'];

/**
 * Scorecard: the initial score and, of each characteristic, the partial score of its first attribute that holds. A record
 * for which none holds has no score.
 */
export function scorecard({ element, scope, task }: ModelSource): Prediction {
  checkShape(element, {
    attributes: [
      ...MODEL_ATTRIBUTES,
      'initialScore',
      'useReasonCodes',
      'reasonCodeAlgorithm',
      'baselineScore',
      'baselineMethod',
    ],
    children: [...MODEL_CHILDREN, 'Characteristics'],
  });
  if (task !== 'regression') throw refusal(element, `functionName="${task}" is not understood.`);
  const { ops } = scope.compilation;
  const characteristics = onlyChild(element, ['Characteristics']);
  checkShape(characteristics, { children: ['Characteristic'] });
  const partials = childrenNamed(characteristics, 'Characteristic').map((each) => {
    checkShape(each, { attributes: ['name', ...REASONS], children: ['Attribute'] });
    const attributes = childrenNamed(each, 'Attribute');
    if (attributes.length === 0) throw refusal(each, 'it has no Attribute.');
    return attributes.reduceRight(
      (otherwise, attribute) =>
        ops.where(predicate(onlyChild(attribute, PREDICATE_NAMES), scope).isTrue, partialScore(attribute), otherwise),
      ops.number(Number.NaN),
    );
  });
  const initial = ops.number(optionalNumber(element, 'initialScore') ?? 0);
  return { kind: 'regression', value: ops.sum([initial, ...partials]) };

  function partialScore(attribute: XmlElement): string {
    checkShape(attribute, {
      attributes: ['partialScore', 'reasonCode'],
      children: [...PREDICATE_NAMES, 'ComplexPartialScore'],
    });
    const complex = childNamed(attribute, 'ComplexPartialScore');
    if (complex !== undefined) {
      return asNumber(ops, used(scope, evaluate(onlyChild(complex, EXPRESSION_NAMES), scope)), complex).tensor;
    }
    const score = optionalNumber(attribute, 'partialScore');
    if (score === undefined) throw refusal(attribute, 'it has neither partialScore nor ComplexPartialScore.');
    return ops.number(score);
  }
}
