import { applyFunction } from './apply.js';
import { type Compilation, type Names, used } from './compilation.js';
import { cast, isIn, literal } from './conversion.js';
import { DATA_TYPES } from './data-dictionary.js';
import { discretize } from './discretize.js';
import { checkShape, choice, onlyChild, optional, optionalNumber, parseNumber, refusal, required } from './element.js';
import { mapValues } from './map-values.js';
import { normContinuous } from './norm-continuous.js';
import {
  certain,
  constantNumber,
  constantText,
  isMissing,
  numberValue,
  selectText,
  tableText,
  type Value,
} from './values.js';
import type { XmlElement } from './xml.js';

/** Writes an expression into the graph; expressions inside it by `evaluate`. */
export type ExpressionCompiler = (
  element: XmlElement,
  names: Names,
  evaluate: (element: XmlElement, names: Names) => Value,
) => Value;

const EXPRESSIONS: Readonly<Record<string, ExpressionCompiler>> = {
  Constant: constant,
  FieldRef: fieldRef,
  NormContinuous: normContinuous,
  NormDiscrete: normDiscrete,
  Discretize: discretize,
  MapValues: mapValues,
  Apply: applyFunction,
};

/** Names of the elements that are expressions. */
export const EXPRESSION_NAMES = [...Object.keys(EXPRESSIONS), 'TextIndex', 'Aggregate', 'Lag'];

/** @throws KitError 'model-invalid' naming the element, where it is no expression that is understood. */
export function evaluate(element: XmlElement, names: Names): Value {
  const compile = EXPRESSIONS[element.name];
  if (compile === undefined) throw refusal(element, 'this expression is not understood.');
  return compile(element, names, evaluate);
}

/** The value of a DerivedField, in the type that it declares. */
export function derivedValue(field: XmlElement, names: Names): Value {
  checkShape(field, {
    attributes: ['name', 'displayName', 'optype', 'dataType'],
    children: [...EXPRESSION_NAMES, 'Value', 'Interval'],
  });
  const value = evaluate(onlyChild(field, EXPRESSION_NAMES), names);
  return cast(names.compilation.ops, value, choice(field, 'dataType', DATA_TYPES), field);
}

function constant(element: XmlElement, { compilation: { ops } }: Names): Value {
  checkShape(element, { attributes: ['dataType', 'missing'] });
  const { text } = element;
  const type = optional(element, 'dataType') === undefined ? undefined : choice(element, 'dataType', DATA_TYPES);
  const missing = choice(element, 'missing', ['true', 'false'], 'false') === 'true';
  if (missing || (text === '' && type !== undefined && type !== 'string')) return missingValue(ops, type);
  if (type !== undefined) {
    const value = literal(ops, text, type, element);
    return value.kind === 'number' ? { ...value, spelled: text } : value;
  }
  const whole = /^\s*[+-]?\d+\s*$/.test(text);
  if (!whole && !/^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(text)) return constantText(ops, text);
  const number = parseNumber(element, 'the constant', text);
  return { ...constantNumber(ops, number, whole ? 'integer' : 'double'), spelled: text };
}

function missingValue(ops: Compilation['ops'], type: string | undefined): Value {
  if (type === 'string') return tableText(ops.builder.constant('int64', [0], [1, 1]), [undefined]);
  return constantNumber(ops, Number.NaN);
}

function fieldRef(element: XmlElement, names: Names): Value {
  checkShape(element, { attributes: ['field', 'mapMissingTo'] });
  const value = names.resolve(required(element, 'field'), element);
  const mapMissingTo = optional(element, 'mapMissingTo');
  return mapMissingTo === undefined ? value : replaceMissing(names, value, mapMissingTo, element);
}

/** A value with another in place of a missing one. */
function replaceMissing({ compilation: { ops } }: Names, value: Value, text: string, from: XmlElement): Value {
  if (!value.mayBeMissing) return value;
  const missing = isMissing(ops, value);
  if (value.kind === 'text') {
    return { ...selectText(ops, missing, constantText(ops, text), value), mayBeMissing: false };
  }
  if (value.kind === 'number') {
    const number = ops.number(parseNumber(from, 'what a missing value is replaced by', text));
    return { ...value, tensor: ops.where(missing, number, value.tensor), mayBeMissing: false, needs: [] };
  }
  const truth = literal(ops, text, 'boolean', from);
  return truth.kind === 'boolean' ? certain(ops, ops.or(value.isTrue, ops.and(missing, truth.isTrue))) : value;
}

function normDiscrete(element: XmlElement, names: Names): Value {
  checkShape(element, { attributes: ['field', 'method', 'value', 'mapMissingTo'] });
  choice(element, 'method', ['indicator'], 'indicator');
  const { ops } = names.compilation;
  const value = used(names, names.resolve(required(element, 'field'), element));
  const { isTrue } = isIn(ops, value, [required(element, 'value')], element);
  const indicator = ops.where(isTrue, ops.number(1), ops.number(0));
  if (!value.mayBeMissing) return numberValue(indicator, { mayBeMissing: false });
  const mapMissingTo = optionalNumber(element, 'mapMissingTo');
  return numberValue(ops.where(isMissing(ops, value), ops.number(mapMissingTo ?? Number.NaN), indicator), {
    mayBeMissing: mapMissingTo === undefined,
    needs: mapMissingTo === undefined && value.kind === 'number' ? value.needs : [],
  });
}
