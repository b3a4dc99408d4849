import type { Names } from './compilation.js';
import { cast } from './conversion.js';
import { DATA_TYPES } from './data-dictionary.js';
import { checkShape, childNamed, childrenNamed, choice, onlyChild, optional, refusal, required } from './element.js';
import { EXPRESSION_NAMES, evaluate } from './expression.js';
import type { CompiledModel } from './model.js';
import { type Prediction, winnerOf } from './prediction.js';
import { numberValue, tableText, type Value } from './values.js';
import type { XmlElement } from './xml.js';

/** The OutputFields of a model by name, each made when it is first asked for: what is not used need not be understood. */
export function outputsOf(model: CompiledModel): Map<string, () => Value> {
  const output = childNamed(model.element, 'Output');
  const fields = new Map<string, () => Value>();
  if (output === undefined) return fields;
  checkShape(output, { children: ['OutputField'] });
  const names: Names = {
    compilation: model.scope.compilation,
    resolve: (name, from) => fields.get(name)?.() ?? model.scope.resolve(name, from),
  };
  for (const field of childrenNamed(output, 'OutputField')) {
    fields.set(required(field, 'name'), () => outputValue(field, model.prediction, names));
  }
  return fields;
}

function outputValue(field: XmlElement, prediction: Prediction, names: Names): Value {
  checkShape(field, {
    attributes: ['name', 'displayName', 'optype', 'dataType', 'targetField', 'feature', 'value', 'isFinalResult'],
    children: EXPRESSION_NAMES,
  });
  const { ops } = names.compilation;
  const feature = choice(
    field,
    'feature',
    ['predictedValue', 'probability', 'transformedValue', 'decision'],
    'predictedValue',
  );
  const value =
    feature === 'predictedValue'
      ? predictedValue(prediction, names)
      : feature === 'probability'
        ? probability(field, prediction, names)
        : evaluate(onlyChild(field, EXPRESSION_NAMES), names);
  if (optional(field, 'dataType') === undefined) return value;
  const type = choice(field, 'dataType', DATA_TYPES);
  // A class whose names are numbers is written as such.
  return value.kind === 'text' && type === 'string' ? value : cast(ops, value, type, field);
}

function predictedValue(prediction: Prediction, { compilation: { ops } }: Names): Value {
  if (prediction.kind === 'regression') return numberValue(prediction.value, { needs: prediction.needs ?? [] });
  const { labels } = prediction;
  const matrix = prediction.kind === 'classification' ? prediction.probabilities : prediction.distances;
  const winner =
    prediction.kind === 'classification'
      ? winnerOf(ops, prediction)
      : ops.node('ArgMin', [matrix], { axis: { int: 1 }, keepdims: { int: 1 } });
  const none = ops.isMissing(ops.column(matrix, 0));
  return tableText(ops.where(none, ops.builder.constant('int64', [-1], [1, 1]), winner), [...labels, undefined]);
}

function probability(field: XmlElement, prediction: Prediction, { compilation: { ops } }: Names): Value {
  if (prediction.kind !== 'classification') throw refusal(field, `a ${prediction.kind} has no probabilities.`);
  const { labels, probabilities, needs = [] } = prediction;
  const label = optional(field, 'value');
  if (label === undefined) return numberValue(ops.maxOfColumns(probabilities), { needs });
  const index = labels.indexOf(label);
  if (index === -1) throw refusal(field, `"${label}" is no class of the model, which has ${labels.join(', ')}.`);
  return numberValue(ops.column(probabilities, index), { needs });
}
