import {
  checkShape,
  childrenNamed,
  choice,
  onlyChild,
  optional,
  refusal,
  required,
  requiredNumber,
} from './element.js';
import { labelsInOrder, type ModelSource } from './model.js';
import type { Neurons } from './neurons.js';
import type { Ops } from './ops.js';
import { inOrder, type Prediction } from './prediction.js';
import type { XmlElement } from './xml.js';

const EXPRESSIONS = ['FieldRef', 'NormDiscrete', 'NormContinuous'];

/**
 * What the NeuralOutputs make of a network's last neurons: a number, or a probability of each class; where they are not
 * normalized, only which is greatest counts.
 */
export function networkPrediction(
  source: ModelSource,
  layers: readonly Neurons[],
  isNormalized: boolean,
  needs: readonly string[],
): Prediction {
  const { element, scope, task } = source;
  const { ops } = scope.compilation;
  const outputs = onlyChild(element, ['NeuralOutputs']);
  checkShape(outputs, { attributes: ['numberOfOutputs'], children: ['NeuralOutput'] });
  const found = childrenNamed(outputs, 'NeuralOutput').map((output) => ({
    output,
    tensor: neuron(ops, output, layers),
    expression: expressionOf(source, output),
  }));
  if (task === 'regression') {
    const [only] = found;
    if (only === undefined || found.length > 1) {
      throw refusal(outputs, `a regression has one NeuralOutput, not ${found.length}.`);
    }
    return { kind: 'regression', value: denormalized(ops, only.tensor, only.expression), needs };
  }
  if (task !== 'classification') throw refusal(element, `functionName="${task}" is not understood.`);
  const classes = found.map(({ expression }) => {
    if (expression.name !== 'NormDiscrete') {
      throw refusal(expression, 'an output of a classification is the NormDiscrete of a class.');
    }
    checkShape(expression, { attributes: ['field', 'method', 'value', 'mapMissingTo'] });
    return required(expression, 'value');
  });
  const labels = labelsInOrder(source, classes);
  const probabilities = ops.columns(found.map(({ tensor }) => tensor));
  return {
    kind: 'classification',
    labels,
    probabilities: inOrder(ops, probabilities, classes, labels),
    needs,
    ...(!isNormalized && { sumIsFree: true }),
  };
}

function neuron(ops: Ops, output: XmlElement, layers: readonly Neurons[]): string {
  checkShape(output, { attributes: ['outputNeuron', 'id'], children: ['DerivedField'] });
  const id = required(output, 'outputNeuron');
  const layer = layers.findLast(({ columns }) => columns.has(id));
  if (layer === undefined) throw refusal(output, `outputNeuron="${id}" is no neuron.`);
  return ops.column(layer.tensor, layer.columns.get(id) ?? 0);
}

/** How the output stands to the target; a reference to a derived field means that field's expression. */
function expressionOf({ element, scope }: ModelSource, output: XmlElement): XmlElement {
  const field = onlyChild(output, ['DerivedField']);
  const expression = onlyChild(field, EXPRESSIONS);
  if (expression.name !== 'FieldRef') return expression;
  const name = required(expression, 'field');
  const derived =
    element.children
      .filter((child) => child.name === 'LocalTransformations')
      .flatMap((local) => childrenNamed(local, 'DerivedField'))
      .find((each) => optional(each, 'name') === name) ?? scope.compilation.derivedFields.get(name);
  return derived === undefined ? expression : onlyChild(derived, EXPRESSIONS);
}

function denormalized(ops: Ops, value: string, expression: XmlElement): string {
  if (expression.name === 'FieldRef') return value;
  if (expression.name !== 'NormContinuous') {
    throw refusal(expression, 'an output of a regression is a FieldRef or a NormContinuous.');
  }
  checkShape(expression, { attributes: ['field', 'mapMissingTo', 'outliers'], children: ['LinearNorm'] });
  choice(expression, 'outliers', ['asIs'], 'asIs');
  const points = childrenNamed(expression, 'LinearNorm').map((norm) => {
    checkShape(norm, { attributes: ['orig', 'norm'] });
    return { orig: requiredNumber(norm, 'orig'), norm: requiredNumber(norm, 'norm') };
  });
  const [first, second] = points;
  if (first === undefined || second === undefined) throw refusal(expression, 'it needs two LinearNorms or more.');
  const rising = first.norm < second.norm ? points : points.reverse();
  return rising.slice(1).reduce((before, end, index) => {
    const start = rising[index] ?? first;
    if (!(start.norm < end.norm)) throw refusal(expression, 'its LinearNorms do not rise, so that nothing leads back.');
    const slope = ops.number((end.orig - start.orig) / (end.norm - start.norm));
    const line = ops.node('Add', [
      ops.node('Mul', [ops.node('Sub', [value, ops.number(start.norm)]), slope]),
      ops.number(start.orig),
    ]);
    return index === 0 ? line : ops.where(ops.node('LessOrEqual', [value, ops.number(start.norm)]), before, line);
  }, '');
}
