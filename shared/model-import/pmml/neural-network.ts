import { ACTIVATIONS, thresholdActivation } from './activation.js';
import { used } from './compilation.js';
import { asNumber } from './conversion.js';
import {
  checkShape,
  childrenNamed,
  choice,
  onlyChild,
  optional,
  optionalNumber,
  refusal,
  required,
  requiredNumber,
} from './element.js';
import { derivedValue } from './expression.js';
import { MODEL_ATTRIBUTES, MODEL_CHILDREN, type ModelSource } from './model.js';
import { networkPrediction } from './neural-outputs.js';
import type { Neurons } from './neurons.js';
import type { Ops } from './ops.js';
import type { Prediction } from './prediction.js';
import type { XmlElement } from './xml.js';

const FUNCTIONS = [...Object.keys(ACTIVATIONS), 'threshold', 'radialBasis'] as const;
const NORMALIZATIONS = ['none', 'simplemax', 'softmax'] as const;
const LAYER_ATTRIBUTES = ['activationFunction', 'normalizationMethod', 'threshold', 'width', 'altitude'];

/** NeuralNetwork: layers of neurons that may take from any neuron before them. A missing input leaves nothing to predict. */
export function neuralNetwork(source: ModelSource): Prediction {
  const { element, scope } = source;
  checkShape(element, {
    attributes: [...MODEL_ATTRIBUTES, ...LAYER_ATTRIBUTES, 'numberOfLayers'],
    children: [...MODEL_CHILDREN, 'NeuralInputs', 'NeuralLayer', 'NeuralOutputs'],
  });
  const { ops } = scope.compilation;
  const { neurons: inputs, needs } = readInputs(source);
  const layers = childrenNamed(element, 'NeuralLayer');
  if (layers.length === 0) throw refusal(element, 'it has no NeuralLayer.');
  const all: Neurons[] = [inputs];
  for (const layer of layers) all.push(writeLayer(ops, element, layer, all));
  const isNormalized = methodOf(layers.at(-1) ?? element, element) !== 'none';
  return networkPrediction(source, all, isNormalized, needs);
}

function readInputs({ element, scope }: ModelSource): { readonly neurons: Neurons; readonly needs: readonly string[] } {
  const { ops } = scope.compilation;
  const inputs = onlyChild(element, ['NeuralInputs']);
  checkShape(inputs, { attributes: ['numberOfInputs'], children: ['NeuralInput'] });
  const columns = new Map<string, number>();
  const needs = new Set<string>();
  const tensors = childrenNamed(inputs, 'NeuralInput').map((input, index) => {
    checkShape(input, { attributes: ['id'], children: ['DerivedField'] });
    columns.set(required(input, 'id'), index);
    const value = asNumber(ops, used(scope, derivedValue(onlyChild(input, ['DerivedField']), scope)), input);
    for (const need of value.needs) needs.add(need);
    return value.tensor;
  });
  if (tensors.length === 0) throw refusal(inputs, 'it has no NeuralInput.');
  return { neurons: { tensor: ops.full(ops.columns(tensors)), columns }, needs: [...needs] };
}

function writeLayer(ops: Ops, network: XmlElement, layer: XmlElement, before: readonly Neurons[]): Neurons {
  checkShape(layer, { attributes: [...LAYER_ATTRIBUTES, 'numberOfNeurons'], children: ['Neuron'] });
  const neurons = childrenNamed(layer, 'Neuron');
  if (neurons.length === 0) throw refusal(layer, 'it has no Neuron.');
  const columns = new Map(neurons.map((neuron, index) => [required(neuron, 'id'), index]));
  for (const neuron of neurons) {
    checkShape(neuron, { attributes: ['id', 'bias', 'width', 'altitude'], children: ['Con'] });
  }
  const name = choice(
    optional(layer, 'activationFunction') === undefined ? network : layer,
    'activationFunction',
    FUNCTIONS,
  );
  const activated =
    name === 'radialBasis'
      ? radialBasis(ops, network, layer, neurons, before)
      : activate(ops, name, weightedSums(ops, neurons, before), numberAt('threshold', layer, network) ?? 0);
  return { tensor: normalized(ops, activated, methodOf(layer, network)), columns };
}

function methodOf(layer: XmlElement, network: XmlElement): (typeof NORMALIZATIONS)[number] {
  const normalizing = optional(layer, 'normalizationMethod') === undefined ? network : layer;
  return choice(normalizing, 'normalizationMethod', NORMALIZATIONS, 'none');
}

function activate(ops: Ops, name: string, z: string, threshold: number): string {
  const activation = Object.entries(ACTIVATIONS).find(([each]) => each === name)?.[1];
  return activation === undefined ? thresholdActivation(ops, z, threshold) : activation(ops, z);
}

function normalized(ops: Ops, values: string, method: (typeof NORMALIZATIONS)[number]): string {
  if (method === 'none') return values;
  if (method === 'softmax') return ops.node('Softmax', [values], { axis: { int: 1 } });
  return ops.node('Div', [values, ops.sumOfColumns(values)]);
}

/** bias + Σ weight · value, one product for each layer that neurons take from. */
function weightedSums(ops: Ops, neurons: readonly XmlElement[], before: readonly Neurons[]): string {
  const weights = before.map(({ columns }) => Array.from({ length: columns.size * neurons.length }, () => 0));
  const used = new Set<number>();
  neurons.forEach((neuron, to) => {
    for (const con of childrenNamed(neuron, 'Con')) {
      const { layer, column, weight } = connection(con, before);
      const matrix = weights[layer];
      const at = column * neurons.length + to;
      if (matrix !== undefined) matrix[at] = (matrix[at] ?? 0) + weight;
      used.add(layer);
    }
  });
  const products = [...used].map((layer) => {
    const { tensor = '', columns } = before[layer] ?? {};
    const matrix = ops.builder.constant('double', weights[layer] ?? [], [columns?.size ?? 0, neurons.length]);
    // Not MatMul: the runtime moves a factor before or behind it into that, as a float32.
    return ops.node('Gemm', [tensor, matrix]);
  });
  return ops.full(ops.sum([...products, ops.row(neurons.map((neuron) => optionalNumber(neuron, 'bias') ?? 0))]));
}

/** exp(fan-in · ln altitude − Σ (weight − value)² / (2 · width²)) */
function radialBasis(
  ops: Ops,
  network: XmlElement,
  layer: XmlElement,
  neurons: readonly XmlElement[],
  before: readonly Neurons[],
): string {
  return ops.columns(
    neurons.map((neuron) => {
      const connections = childrenNamed(neuron, 'Con').map((con) => connection(con, before));
      const width = numberAt('width', neuron, layer, network);
      if (width === undefined) throw refusal(neuron, 'a radial basis needs a width.');
      const altitude = numberAt('altitude', neuron, layer, network) ?? 1;
      const squares = connections.map(({ layer: from, column, weight }) => {
        const off = ops.node('Sub', [ops.column(before[from]?.tensor ?? '', column), ops.number(weight)]);
        return ops.node('Mul', [off, off]);
      });
      const z = ops.node('Mul', [ops.sum(squares), ops.number(-1 / (2 * width * width))]);
      return ops.node('Exp', [ops.node('Add', [z, ops.number(connections.length * Math.log(altitude))])]);
    }),
  );
}

function connection(
  con: XmlElement,
  before: readonly Neurons[],
): { readonly layer: number; readonly column: number; readonly weight: number } {
  checkShape(con, { attributes: ['from', 'weight'] });
  const from = required(con, 'from');
  const layer = before.findLastIndex(({ columns }) => columns.has(from));
  const column = before[layer]?.columns.get(from);
  if (column === undefined) throw refusal(con, `from="${from}" is no neuron before this one.`);
  return { layer, column, weight: requiredNumber(con, 'weight') };
}

/** The attribute of the first of these elements that has it. */
function numberAt(attribute: string, ...elements: readonly XmlElement[]): number | undefined {
  for (const element of elements) {
    const value = optionalNumber(element, attribute);
    if (value !== undefined) return value;
  }
  return undefined;
}
