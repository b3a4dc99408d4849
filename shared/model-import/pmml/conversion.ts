import type { DataType } from './data-dictionary.js';
import { parseNumber, refusal } from './element.js';
import type { Ops } from './ops.js';
import {
  certain,
  constantNumber,
  constantText,
  isMissing,
  type LogicValue,
  logicValue,
  lookup,
  type NumberType,
  type NumberValue,
  numberValue,
  type TextValue,
  textIsIn,
  type Value,
} from './values.js';
import type { XmlElement } from './xml.js';

/** A constant of a type; `from` is the element that an error names. */
export function literal(ops: Ops, text: string, type: DataType, from: XmlElement): Value {
  if (type === 'string') return constantText(ops, text);
  if (type === 'boolean') return certain(ops, ops.truth(parseBoolean(text, from)));
  return constantNumber(ops, literalNumber(text, type, from), type);
}

/** A number as a field of that type holds it. */
export function literalNumber(text: string, type: NumberType, from: XmlElement): number {
  const value = parseNumber(from, 'a value', text);
  return type === 'float' ? Math.fround(value) : value;
}

function parseBoolean(text: string, from: XmlElement): boolean {
  const word = text.trim().toLowerCase();
  if (word === 'true' || word === '1' || word === '1.0') return true;
  if (word === 'false' || word === '0' || word === '0.0') return false;
  throw refusal(from, `"${text}" is no boolean; true and false are.`);
}

/** A value as a number: a truth value is 1 or 0, a text the number that it spells. */
export function asNumber(ops: Ops, value: Value, from: XmlElement): NumberValue {
  if (value.kind === 'number') return value;
  if (value.kind === 'boolean') {
    const { invalid, mayBeMissing } = value;
    const one = ops.where(value.isTrue, ops.number(1), ops.number(0));
    if (!mayBeMissing) return numberValue(one, { mayBeMissing, invalid });
    return numberValue(ops.where(isMissing(ops, value), ops.number(Number.NaN), one), { invalid });
  }
  const { known, mayBeMissing } = value;
  if (known === undefined)
    throw refusal(from, 'a text is used as a number, and which texts there are is not declared.');
  const numbers = known.map((text) => parseNumber(from, 'a text that is used as a number', text));
  const tensor = lookup(ops, value, known, (index) => numbers[index] ?? Number.NaN);
  return numberValue(tensor, { mayBeMissing });
}

/** A value as a truth value: a number is true where it is 1 and false where it is 0. */
export function asLogic(ops: Ops, value: Value, from: XmlElement): LogicValue {
  if (value.kind === 'boolean') return value;
  if (value.kind === 'number') {
    if (value.type !== 'integer') throw refusal(from, `a ${value.type} is used as a truth value.`);
    const is = (number: number): string => ops.node('Equal', [value.tensor, ops.number(number)]);
    return { ...logicValue(is(1), is(0)), invalid: value.invalid };
  }
  const known = value.known ?? ['true', 'false'];
  const truths = new Set(known.filter((text) => parseBoolean(text, from)));
  const falsehoods = known.filter((text) => !truths.has(text));
  return logicValue(textIsIn(ops, value, [...truths]).isTrue, textIsIn(ops, value, falsehoods).isTrue);
}

function asText(value: Value, from: XmlElement): TextValue {
  if (value.kind === 'text') return value;
  throw refusal(from, `a ${value.kind} is used as a text, and how it is written is not defined.`);
}

/** A value in another type, as a DerivedField or a parameter declares it. */
export function cast(ops: Ops, value: Value, type: DataType, from: XmlElement): Value {
  if (type === 'string') return asText(value, from);
  if (type === 'boolean') return asLogic(ops, value, from);
  return castNumber(ops, asNumber(ops, value, from), type);
}

/** A float is rounded to the nearest; what is no integer is no value of an integer field, hence NaN. */
export function castNumber(ops: Ops, value: NumberValue, type: NumberType): NumberValue {
  if (value.type === type || type === 'double') return { ...value, type };
  if (type === 'float') return { ...value, type, tensor: ops.toFloat32(value.tensor) };
  const whole = ops.node('Equal', [value.tensor, ops.node('Floor', [value.tensor])]);
  return { ...value, type, mayBeMissing: true, tensor: ops.where(whole, value.tensor, ops.number(Number.NaN)) };
}

/** Whether a value is one of some literals; unknown where it is missing. */
export function isIn(ops: Ops, value: Value, literals: readonly string[], from: XmlElement): LogicValue {
  if (value.kind === 'text') return textIsIn(ops, value, literals);
  if (value.kind === 'boolean') {
    const wanted = new Set(literals.map((text) => parseBoolean(text, from)));
    if (wanted.size === 2) return { ...value, isTrue: ops.or(value.isTrue, value.isFalse), isFalse: ops.truth(false) };
    return wanted.has(true) ? value : { ...value, isTrue: value.isFalse, isFalse: value.isTrue };
  }
  const { tensor, mayBeMissing, type } = value;
  const hits = literals.map((text) => ops.node('Equal', [tensor, ops.number(literalNumber(text, type, from))]));
  const isTrue = hits.length === 0 ? ops.truth(false) : ops.or(...hits);
  if (!mayBeMissing) return certain(ops, isTrue);
  return logicValue(isTrue, ops.not(ops.or(isTrue, ops.isMissing(tensor))));
}
