import { asNumber } from './conversion.js';
import {
  checkShape,
  childNamed,
  childrenNamed,
  choice,
  optional,
  optionalNumber,
  refusal,
  required,
  requiredNumber,
} from './element.js';
import { readDesign } from './general-regression-design.js';
import { INVERSE_LINKS } from './link.js';
import { fieldOf, labelsInOrder, MODEL_ATTRIBUTES, MODEL_CHILDREN, type ModelSource } from './model.js';
import type { Ops } from './ops.js';
import { inOrder, type Prediction } from './prediction.js';
import type { XmlElement } from './xml.js';

const MODEL_TYPES = [
  'regression',
  'generalLinear',
  'generalizedLinear',
  'multinomialLogistic',
  'ordinalMultinomial',
] as const;
const CUMULATIVE_LINKS = ['logit', 'probit', 'cloglog', 'loglog', 'cauchit'] as const;
const LINKS = [
  'cloglog',
  'identity',
  'log',
  'logc',
  'logit',
  'loglog',
  'negbin',
  'oddspower',
  'power',
  'probit',
] as const;

/** GeneralRegressionModel: generalized linear, multinomial and ordinal models by their parameters; Cox's is refused. */
export function generalRegressionModel(source: ModelSource): Prediction {
  const { element, scope, task } = source;
  checkShape(element, {
    attributes: [
      ...MODEL_ATTRIBUTES,
      'targetVariableName',
      'modelType',
      'targetReferenceCategory',
      'cumulativeLink',
      'cumulativeLinkFunction',
      'linkFunction',
      'linkParameter',
      'trialsVariable',
      'trialsValue',
      'distribution',
      'distParameter',
      'offsetVariable',
      'offsetValue',
      'modelDF',
    ],
    children: [
      ...MODEL_CHILDREN,
      'ParameterList',
      'FactorList',
      'CovariateList',
      'PPMatrix',
      'PCovMatrix',
      'ParamMatrix',
    ],
  });
  const { ops } = scope.compilation;
  const modelType = choice(element, 'modelType', MODEL_TYPES);
  if (task === 'classification') return classification(source, modelType);
  if (task !== 'regression') throw refusal(element, `functionName="${task}" is not understood.`);
  if (modelType === 'multinomialLogistic' || modelType === 'ordinalMultinomial') {
    throw refusal(element, `modelType="${modelType}" is for a classification.`);
  }
  const { sums, needs } = readDesign(source, [undefined]);
  if (modelType !== 'generalizedLinear') {
    refuseOffset(element, modelType);
    return { kind: 'regression', value: sums, needs };
  }
  const mean = inverseLink(ops, element, withOffset(source, sums));
  return { kind: 'regression', value: withTrials(source, mean), needs };
}

function classification(source: ModelSource, modelType: (typeof MODEL_TYPES)[number]): Prediction {
  const { element, scope } = source;
  const { ops } = scope.compilation;
  if (modelType === 'regression' || modelType === 'generalLinear') {
    throw refusal(element, `modelType="${modelType}" is for a regression.`);
  }
  if (element.attributes.has('trialsVariable') || element.attributes.has('trialsValue')) {
    throw refusal(element, 'trials of a classification are not understood.');
  }
  const cells = childNamed(element, 'ParamMatrix');
  const named =
    cells === undefined ? [] : childrenNamed(cells, 'PCell').flatMap((cell) => optional(cell, 'targetCategory') ?? []);
  const reference = optional(element, 'targetReferenceCategory');
  const labels = labelsInOrder(source, [...named, ...(reference === undefined ? [] : [reference])]);
  const last =
    modelType === 'ordinalMultinomial' ? (reference ?? labels.at(-1)) : referenceOf(source, labels, named, reference);
  const estimated = labels.filter((label) => label !== last);
  const { sums, needs } = readDesign(source, estimated, modelType === 'ordinalMultinomial');
  const result = (probabilities: string): Prediction => ({
    kind: 'classification',
    labels,
    needs,
    probabilities: inOrder(ops, probabilities, [...estimated, last ?? ''], labels),
  });
  if (modelType === 'multinomialLogistic') {
    refuseOffset(element, modelType);
    // The linear predictor of the reference is 0.
    const logits = ops.columns([sums, ops.number(0)]);
    return result(ops.node('Softmax', [logits], { axis: { int: 1 } }));
  }
  const one = ops.number(1);
  if (modelType === 'generalizedLinear') {
    if (labels.length > 2)
      throw refusal(element, `modelType="generalizedLinear" has two classes, not ${labels.length}.`);
    const p = inverseLink(ops, element, withOffset(source, sums));
    return result(ops.columns([p, ops.node('Sub', [one, p])]));
  }
  const attribute = element.attributes.has('cumulativeLink') ? 'cumulativeLink' : 'cumulativeLinkFunction';
  const link = INVERSE_LINKS[choice(element, attribute, CUMULATIVE_LINKS)];
  const shifted = withOffset(source, sums);
  const columns = estimated.map((_, index) => link(ops, ops.column(shifted, index)));
  const differences = [...columns, one].map((upper, index) => {
    const lower = columns[index - 1];
    return lower === undefined ? upper : ops.node('Sub', [upper, lower]);
  });
  return result(ops.columns(differences));
}

/** The class that has no parameters of its own. */
function referenceOf(
  { element }: ModelSource,
  labels: readonly string[],
  named: readonly string[],
  reference: string | undefined,
): string {
  if (reference !== undefined) return reference;
  const [only, ...others] = labels.filter((label) => !named.includes(label));
  if (only === undefined || others.length > 0) {
    throw refusal(element, 'it does not say which class is the reference: just one must have no parameters.');
  }
  return only;
}

function refuseOffset(element: XmlElement, modelType: string): void {
  for (const name of ['offsetVariable', 'offsetValue', 'trialsVariable', 'trialsValue']) {
    if (element.attributes.has(name))
      throw refusal(element, `${name} with modelType="${modelType}" is not understood.`);
  }
}

function withOffset({ element, scope }: ModelSource, sums: string): string {
  const { ops } = scope.compilation;
  if (element.attributes.has('offsetVariable')) {
    const offset = asNumber(ops, fieldOf(scope, element, 'offsetVariable'), element);
    return ops.node('Add', [sums, offset.tensor]);
  }
  const constant = optionalNumber(element, 'offsetValue') ?? 0;
  return constant === 0 ? sums : ops.node('Add', [sums, ops.number(constant)]);
}

function withTrials({ element, scope }: ModelSource, mean: string): string {
  const { ops } = scope.compilation;
  if (element.attributes.has('trialsVariable')) {
    const trials = asNumber(ops, fieldOf(scope, element, 'trialsVariable'), element);
    return ops.node('Mul', [mean, trials.tensor]);
  }
  const constant = optionalNumber(element, 'trialsValue') ?? 1;
  return constant === 1 ? mean : ops.node('Mul', [mean, ops.number(constant)]);
}

function inverseLink(ops: Ops, element: XmlElement, y: string): string {
  required(element, 'linkFunction');
  const link = choice(element, 'linkFunction', LINKS);
  const one = ops.number(1);
  const exp = (x: string): string => ops.node('Exp', [x]);
  switch (link) {
    case 'identity':
      return y;
    case 'log':
      return exp(y);
    case 'logc':
      return ops.node('Sub', [one, exp(y)]);
    case 'negbin': {
      const inner = ops.node('Sub', [exp(ops.node('Neg', [y])), one]);
      return ops.node('Div', [one, ops.node('Mul', [inner, ops.number(requiredNumber(element, 'distParameter'))])]);
    }
    case 'oddspower': {
      const power = requiredNumber(element, 'linkParameter');
      if (power === 0) return INVERSE_LINKS.logit(ops, y);
      const base = ops.node('Add', [one, ops.node('Mul', [y, ops.number(power)])]);
      return ops.node('Div', [one, ops.node('Add', [one, ops.node('Pow', [base, ops.number(-1 / power)])])]);
    }
    case 'power': {
      const power = requiredNumber(element, 'linkParameter');
      return power === 0 ? exp(y) : ops.node('Pow', [y, ops.number(1 / power)]);
    }
    default:
      return INVERSE_LINKS[link](ops, y);
  }
}
