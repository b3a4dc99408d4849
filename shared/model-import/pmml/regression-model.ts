import { asNumber, isIn } from './conversion.js';
import { checkShape, childrenNamed, choice, optionalNumber, refusal, required, requiredNumber } from './element.js';
import { LinearPredictor } from './linear.js';
import { INVERSE_LINKS } from './link.js';
import { fieldOf, labelsInOrder, MODEL_ATTRIBUTES, MODEL_CHILDREN, type ModelSource } from './model.js';
import type { Ops } from './ops.js';
import { inOrder, type Prediction } from './prediction.js';
import type { TextValue } from './values.js';
import type { XmlElement } from './xml.js';

const METHODS = ['none', 'simplemax', 'softmax', 'logit', 'probit', 'cloglog', 'exp', 'loglog', 'cauchit'] as const;
type Method = (typeof METHODS)[number];

/** RegressionModel: linear tables, one of them or one a class, and a normalization. */
export function regressionModel(source: ModelSource): Prediction {
  const { element, scope, task, isOrdinal } = source;
  checkShape(element, {
    attributes: [...MODEL_ATTRIBUTES, 'modelType', 'normalizationMethod'],
    children: [...MODEL_CHILDREN, 'RegressionTable'],
  });
  const { ops } = scope.compilation;
  const method = choice(element, 'normalizationMethod', METHODS, 'none');
  const tables = childrenNamed(element, 'RegressionTable');
  const { sums, needs } = linearTables(source, tables);
  if (task === 'regression') {
    if (tables.length !== 1) throw refusal(element, `a regression has one RegressionTable, not ${tables.length}.`);
    return { kind: 'regression', value: regressionResult(ops, sums, method, element), needs };
  }
  if (task !== 'classification') throw refusal(element, `functionName="${task}" is not understood.`);
  if (tables.length < 2)
    throw refusal(element, `a classification has a RegressionTable for each class, not ${tables.length}.`);
  const classes = tables.map((table) => required(table, 'targetCategory'));
  const labels = labelsInOrder(source, classes);
  if (labels.length !== classes.length || new Set(classes).size < classes.length) {
    throw refusal(element, `it must have one RegressionTable for each of the classes ${labels.join(', ')}.`);
  }
  const columns = classes.map((_, index) => ops.column(sums, index));
  const probabilities = isOrdinal
    ? ordinal(ops, columns, method, element)
    : classes.length === 2 && method !== 'softmax' && method !== 'simplemax'
      ? binomial(ops, columns, method, element)
      : multinomial(ops, sums, columns, method, element);
  return { kind: 'classification', labels, needs, probabilities: inOrder(ops, probabilities, classes, labels) };
}

function linearTables(
  { scope }: ModelSource,
  tables: readonly XmlElement[],
): { readonly sums: string; readonly needs: readonly string[] } {
  const { ops } = scope.compilation;
  const predictor = new LinearPredictor(ops, tables.length);
  const needs = new Set<string>();
  const texts = new Map<string, { readonly value: TextValue; readonly rows: Map<string, number[]> }>();
  const number = (element: XmlElement, attribute: string): string => {
    const value = asNumber(ops, fieldOf(scope, element, attribute), element);
    for (const input of value.needs) needs.add(input);
    return value.tensor;
  };
  for (const [index, table] of tables.entries()) {
    checkShape(table, {
      attributes: ['intercept', 'targetCategory'],
      children: ['NumericPredictor', 'CategoricalPredictor', 'PredictorTerm'],
    });
    predictor.addIntercept(index, requiredNumber(table, 'intercept'));
    for (const term of childrenNamed(table, 'NumericPredictor')) {
      checkShape(term, { attributes: ['name', 'exponent', 'coefficient', 'mean'] });
      const exponent = optionalNumber(term, 'exponent') ?? 1;
      const x = number(term, 'name');
      const column = ops.power(x, exponent);
      predictor.addTerm(index, column, requiredNumber(term, 'coefficient'));
    }
    const categories = new Set<string>();
    for (const term of childrenNamed(table, 'CategoricalPredictor')) {
      checkShape(term, { attributes: ['name', 'value', 'coefficient'] });
      const key = JSON.stringify([required(term, 'name'), required(term, 'value')]);
      if (categories.has(key)) throw refusal(term, 'its value has a coefficient already.');
      categories.add(key);
      const value = fieldOf(scope, term, 'name');
      const category = required(term, 'value');
      const coefficient = requiredNumber(term, 'coefficient');
      if (value.kind === 'text') {
        const name = required(term, 'name');
        const { rows } = texts.get(name) ?? { rows: new Map<string, number[]>() };
        texts.set(name, { value, rows });
        const row = rows.get(category) ?? tables.map(() => Number.NaN);
        row[index] = coefficient;
        rows.set(category, row);
      } else {
        const { isTrue } = isIn(ops, value, [category], term);
        predictor.addTerm(index, ops.where(isTrue, ops.number(1), ops.number(0)), coefficient);
      }
    }
    for (const term of childrenNamed(table, 'PredictorTerm')) {
      checkShape(term, { attributes: ['name', 'coefficient'], children: ['FieldRef'] });
      const factors = childrenNamed(term, 'FieldRef').map((reference) => {
        checkShape(reference, { attributes: ['field'] });
        return number(reference, 'field');
      });
      if (factors.length === 0) throw refusal(term, 'it names no field.');
      const product = factors.reduce((left, right) => ops.node('Mul', [left, right]));
      predictor.addTerm(index, product, requiredNumber(term, 'coefficient'));
    }
  }
  for (const { value, rows } of texts.values()) predictor.addTexts(value, rows, 0);
  return { sums: predictor.write(), needs: [...needs] };
}

function regressionResult(ops: Ops, y: string, method: Method, element: XmlElement): string {
  if (method === 'simplemax') throw refusal(element, 'normalizationMethod="simplemax" is for a classification.');
  return INVERSE_LINKS[method === 'softmax' ? 'logit' : method](ops, y);
}

function linkOf(method: Method, element: XmlElement): (ops: Ops, y: string) => string {
  if (method === 'simplemax' || method === 'softmax' || method === 'exp') {
    throw refusal(element, `normalizationMethod="${method}" is not understood for such classes.`);
  }
  return INVERSE_LINKS[method];
}

const oneMinus = (ops: Ops, y: string): string => ops.node('Sub', [ops.number(1), y]);

function binomial(ops: Ops, [first = '']: readonly string[], method: Method, element: XmlElement): string {
  const p = linkOf(method, element)(ops, first);
  const probability = method === 'none' ? bounded(ops, p) : p;
  return ops.columns([probability, oneMinus(ops, probability)]);
}

/** A number as a probability: from 0 to 1. */
function bounded(ops: Ops, y: string): string {
  return ops.node('Clip', [y, ops.builder.constant('double', [0], []), ops.builder.constant('double', [1], [])]);
}

function multinomial(ops: Ops, sums: string, columns: readonly string[], method: Method, element: XmlElement): string {
  if (method === 'softmax') return ops.node('Softmax', [sums], { axis: { int: 1 } });
  if (method === 'none') {
    const firsts = columns.slice(0, -1);
    return ops.columns([...firsts, oneMinus(ops, ops.sum(firsts))]);
  }
  if (method !== 'simplemax' && method !== 'logit') {
    throw refusal(element, `normalizationMethod="${method}" is not understood for more than two classes.`);
  }
  const weights = method === 'logit' ? INVERSE_LINKS.logit(ops, sums) : sums;
  const sum = ops.sumOfColumns(weights);
  // Shares of nothing are nothing, not infinite.
  const divisor = ops.where(ops.node('Equal', [sum, ops.number(0)]), ops.number(Number.NaN), sum);
  return ops.node('Div', [weights, divisor]);
}

/** Each table gives the probability of its class and those before it. */
function ordinal(ops: Ops, columns: readonly string[], method: Method, element: XmlElement): string {
  const link = linkOf(method, element);
  const cumulated = columns.slice(0, -1).map((y) => (method === 'none' ? bounded(ops, y) : link(ops, y)));
  const parts = cumulated.map((p, index) => {
    const before = cumulated[index - 1];
    return before === undefined ? p : ops.node('Sub', [p, before]);
  });
  return ops.columns([...parts, oneMinus(ops, cumulated.at(-1) ?? '')]);
}
