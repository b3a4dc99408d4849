import { arccosine, arcsine, arctangent } from './arctangent.js';
import { compareNumbers, equalValues } from './comparison.js';
import type { FunctionCompiler, Names } from './compilation.js';
import { asLogic, asNumber, castNumber, isIn, literal } from './conversion.js';
import { parseNumber, refusal } from './element.js';
import { INVERSE_LINKS } from './link.js';
import { TEXT_FUNCTIONS } from './text-functions.js';
import {
  certain,
  constantText,
  isMissing,
  type LogicValue,
  logicValue,
  type NumberType,
  type NumberValue,
  negated,
  numberValue,
  selectText,
  type Value,
} from './values.js';
import type { XmlElement } from './xml.js';

/** The built-in functions that are understood. Missing in gives missing out, but for those that look at just that. */
export const FUNCTIONS: Readonly<Record<string, FunctionCompiler>> = {
  '+': arithmetic((ops, x, y) => ops.node('Add', [x, y])),
  '-': arithmetic((ops, x, y) => ops.node('Sub', [x, y])),
  '*': arithmetic((ops, x, y) => ops.node('Mul', [x, y])),
  '/': arithmetic((ops, x, y, type) => {
    const quotient = ops.node('Div', [x, y]);
    if (type !== 'integer') return quotient;
    const isZero = ops.node('Equal', [y, ops.number(0)]);
    return ops.where(isZero, ops.number(Number.NaN), truncated(ops, quotient));
  }),
  modulo: arithmetic((ops, x, y) =>
    ops.node('Sub', [x, ops.node('Mul', [ops.node('Floor', [ops.node('Div', [x, y])]), y])]),
  ),
  // ONNX knows NaN⁰ = 1, and 1 to the power of NaN.
  pow: arithmetic((ops, x, y) => {
    const missing = ops.or(ops.isMissing(x), ops.isMissing(y));
    return ops.where(missing, ops.number(Number.NaN), ops.node('Pow', [x, y]));
  }),
  hypot: arithmetic((ops, x, y) =>
    ops.node('Sqrt', [ops.node('Add', [ops.node('Mul', [x, x]), ops.node('Mul', [y, y])])]),
  ),
  threshold: arithmetic((ops, x, y) => {
    const over = ops.where(ops.node('Greater', [x, y]), ops.number(1), ops.number(0));
    return ops.where(ops.or(ops.isMissing(x), ops.isMissing(y)), ops.number(Number.NaN), over);
  }),
  exp: unary('double', (ops, x) => ops.node('Exp', [x])),
  expm1: unary('double', (ops, x) => ops.node('Sub', [ops.node('Exp', [x]), ops.number(1)])),
  ln: unary('double', (ops, x) => ops.node('Log', [x])),
  ln1p: unary('double', (ops, x) => ops.node('Log', [ops.node('Add', [x, ops.number(1)])])),
  log10: unary('double', (ops, x) => ops.node('Div', [ops.node('Log', [x]), ops.number(Math.LN10)])),
  sqrt: unary('double', (ops, x) => ops.node('Sqrt', [x])),
  sin: unary('double', (ops, x) => ops.node('Sin', [x])),
  cos: unary('double', (ops, x) => ops.node('Cos', [x])),
  tan: unary('double', (ops, x) => ops.node('Div', [ops.node('Sin', [x]), ops.node('Cos', [x])])),
  tanh: unary('double', (ops, x) => ops.node('Tanh', [x])),
  sinh: unary('double', (ops, x) => hyperbolic(ops, x, 'Sub')),
  cosh: unary('double', (ops, x) => hyperbolic(ops, x, 'Add')),
  asin: unary('double', arcsine),
  acos: unary('double', arccosine),
  atan: unary('double', arctangent),
  erf: unary('double', (ops, x) => {
    const twice = ops.node('Mul', [
      INVERSE_LINKS.probit(ops, ops.node('Mul', [x, ops.number(Math.SQRT2)])),
      ops.number(2),
    ]);
    return ops.node('Sub', [twice, ops.number(1)]);
  }),
  stdNormalCDF: unary('double', INVERSE_LINKS.probit),
  abs: unary(undefined, (ops, x) => ops.node('Abs', [x])),
  rint: unary(undefined, (ops, x) => ops.node('Round', [x])),
  floor: unary('integer', (ops, x) => ops.node('Floor', [x])),
  ceil: unary('integer', (ops, x) => ops.node('Ceil', [x])),
  // Half goes up, also below zero; adding .5 before would round some numbers twice.
  round: unary('integer', (ops, x) => {
    const floor = ops.node('Floor', [x]);
    const up = ops.node('GreaterOrEqual', [ops.node('Sub', [x, floor]), ops.number(0.5)]);
    return ops.where(up, ops.node('Add', [floor, ops.number(1)]), floor);
  }),
  min: aggregate('Min', Number.POSITIVE_INFINITY),
  max: aggregate('Max', Number.NEGATIVE_INFINITY),
  sum: aggregate('Sum', 0),
  avg: average,
  product: aggregate('Mul', 1),
  equal: (names, values, element) => equalValues(names, ...two(values, element), element),
  notEqual: (names, values, element) => negated(equalValues(names, ...two(values, element), element)),
  lessThan: (names, values, element) => compareNumbers(names, 'Less', ...two(values, element), element),
  lessOrEqual: (names, values, element) => compareNumbers(names, 'LessOrEqual', ...two(values, element), element),
  greaterThan: (names, values, element) => compareNumbers(names, 'Greater', ...two(values, element), element),
  greaterOrEqual: (names, values, element) => compareNumbers(names, 'GreaterOrEqual', ...two(values, element), element),
  and: logic((ops, left, right) => logicValue(ops.and(left.isTrue, right.isTrue), ops.or(left.isFalse, right.isFalse))),
  or: logic((ops, left, right) => logicValue(ops.or(left.isTrue, right.isTrue), ops.and(left.isFalse, right.isFalse))),
  not: ({ compilation: { ops } }, values, element) => negated(asLogic(ops, one(values, element), element)),
  isMissing: ({ compilation: { ops } }, values, element) => certain(ops, isMissing(ops, one(values, element))),
  isNotMissing: ({ compilation: { ops } }, values, element) => {
    const missing = isMissing(ops, one(values, element));
    return logicValue(ops.not(missing), missing, false);
  },
  isIn: membership,
  isNotIn: (names, values, element) => negated(membership(names, values, element)),
  if: (names, [condition, then, otherwise, ...more], element) => {
    if (condition === undefined || then === undefined || more.length > 0) {
      throw refusal(element, 'an "if" takes two or three arguments.');
    }
    return chooseValue(names, asLogic(names.compilation.ops, condition, element), then, otherwise, element);
  },
  ...TEXT_FUNCTIONS,
};

type Ops = Names['compilation']['ops'];

function one(values: readonly Value[], element: XmlElement): Value {
  const [value] = values;
  if (value === undefined || values.length !== 1)
    throw refusal(element, `it takes one argument, not ${values.length}.`);
  return value;
}

function two(values: readonly Value[], element: XmlElement): [Value, Value] {
  const [left, right] = values;
  if (left === undefined || right === undefined || values.length !== 2) {
    throw refusal(element, `it takes two arguments, not ${values.length}.`);
  }
  return [left, right];
}

/** (e^x ± e^-x) / 2 */
function hyperbolic(ops: Ops, x: string, op: 'Add' | 'Sub'): string {
  const both = ops.node(op, [ops.node('Exp', [x]), ops.node('Exp', [ops.node('Neg', [x])])]);
  return ops.node('Mul', [both, ops.number(0.5)]);
}

function truncated(ops: Ops, x: string): string {
  return ops.node('Mul', [ops.node('Sign', [x]), ops.node('Floor', [ops.node('Abs', [x])])]);
}

/** The type of what two numbers give together. */
function commonType(left: NumberType, right: NumberType): NumberType {
  if (left === right) return left;
  return left === 'double' || right === 'double' ? 'double' : 'float';
}

function arithmetic(write: (ops: Ops, x: string, y: string, type: NumberType) => string): FunctionCompiler {
  return ({ compilation: { ops } }, values, element) => {
    const [left, right] = two(values, element).map((value) => asNumber(ops, value, element)) as [
      NumberValue,
      NumberValue,
    ];
    const type = commonType(left.type, right.type);
    // 0/0 has no value either, so that any result may be missing.
    const tensor = write(ops, left.tensor, right.tensor, type);
    const result = numberValue(tensor, { needs: [...left.needs, ...right.needs] });
    return type === 'float' ? castNumber(ops, result, 'float') : { ...result, type };
  };
}

function unary(type: NumberType | undefined, write: (ops: Ops, x: string) => string): FunctionCompiler {
  return ({ compilation: { ops } }, values, element) => {
    const x = asNumber(ops, one(values, element), element);
    return numberValue(write(ops, x.tensor), { type: type ?? x.type, needs: x.needs });
  };
}

/** Over the arguments that are there; missing where none is. */
function aggregate(op: 'Min' | 'Max' | 'Sum' | 'Mul', neutral: number): FunctionCompiler {
  return ({ compilation: { ops } }, values, element) => {
    const numbers = values.map((value) => asNumber(ops, value, element));
    const [first, ...rest] = numbers;
    if (first === undefined) throw refusal(element, 'it takes one argument or more.');
    const present = numbers.map(({ tensor, mayBeMissing }) =>
      mayBeMissing ? ops.where(ops.isMissing(tensor), ops.number(neutral), tensor) : tensor,
    );
    const total = op === 'Mul' ? present.reduce((x, y) => ops.node('Mul', [x, y])) : ops.node(op, present);
    const type = rest.reduce((known, number) => commonType(known, number.type), first.type);
    const mayBeMissing = numbers.every((number) => number.mayBeMissing);
    if (!mayBeMissing) return numberValue(total, { type, mayBeMissing });
    const none = ops.and(...numbers.map(({ tensor }) => ops.isMissing(tensor)));
    return numberValue(ops.where(none, ops.number(Number.NaN), total), { type });
  };
}

function average(names: Names, values: readonly Value[], element: XmlElement): NumberValue {
  const { ops } = names.compilation;
  const sum = asNumber(ops, aggregate('Sum', 0)(names, values, element), element);
  const counts = values.map((value) => {
    const missing = isMissing(ops, asNumber(ops, value, element));
    return ops.where(missing, ops.number(0), ops.number(1));
  });
  return {
    ...sum,
    type: sum.type === 'integer' ? 'double' : sum.type,
    tensor: ops.node('Div', [sum.tensor, ops.sum(counts)]),
  };
}

function logic(write: (ops: Ops, left: LogicValue, right: LogicValue) => LogicValue): FunctionCompiler {
  return ({ compilation: { ops } }, values, element) => {
    if (values.length < 2) throw refusal(element, 'it takes two arguments or more.');
    const all = values.map((value) => asLogic(ops, value, element));
    const mayBeMissing = all.some((each) => each.mayBeMissing);
    return { ...all.reduce((left, right) => write(ops, left, right)), mayBeMissing };
  };
}

function membership(names: Names, [value, ...set]: readonly Value[], element: XmlElement): LogicValue {
  const { ops } = names.compilation;
  if (value === undefined || set.length === 0) throw refusal(element, 'it takes a value and what it may be.');
  const texts = set.map((each) => (each.kind === 'text' && each.known?.length === 1 ? each.known[0] : undefined));
  // A missing value is none of those that are there.
  const found =
    value.kind === 'text' && texts.every((text) => text !== undefined)
      ? isIn(ops, value, texts, element).isTrue
      : ops.or(...set.map((each) => equalValues(names, value, each, element).isTrue));
  return certain(ops, found);
}

/** One value where a condition is true, another where it is false, none where it is unknown or the other is left out. */
export function chooseValue(
  { compilation: { ops } }: Names,
  condition: LogicValue,
  then: Value,
  otherwise: Value | undefined,
  element: XmlElement,
): Value {
  if (then.kind === 'text' || otherwise?.kind === 'text') {
    const nothing = {
      kind: 'text',
      known: [],
      mayBeMissing: true,
      codes: () => ({ tensor: zero, meaning: [-1] }),
    } as const;
    const zero = ops.builder.constant('int64', [0], [1, 1]);
    const [left, right] = [then, otherwise ?? nothing].map((value) =>
      value.kind === 'number' && value.spelled !== undefined ? constantText(ops, value.spelled) : value,
    );
    if (left?.kind !== 'text' || right?.kind !== 'text') {
      throw refusal(element, `the branches are a ${then.kind} and a ${otherwise?.kind ?? 'missing value'}.`);
    }
    const chosen = selectText(ops, condition.isTrue, left, right);
    return condition.mayBeMissing ? selectText(ops, isMissing(ops, condition), nothing, chosen) : chosen;
  }
  if (then.kind === 'boolean' && (otherwise === undefined || otherwise.kind === 'boolean')) {
    const side = (left: string, right: string | undefined): string => {
      const whenTrue = ops.and(condition.isTrue, left);
      return right === undefined ? whenTrue : ops.or(whenTrue, ops.and(condition.isFalse, right));
    };
    return logicValue(side(then.isTrue, otherwise?.isTrue), side(then.isFalse, otherwise?.isFalse));
  }
  const left = asNumber(ops, then, element);
  const right = otherwise === undefined ? undefined : asNumber(ops, otherwise, element);
  const nan = ops.number(Number.NaN);
  const whenFalse = right?.tensor ?? nan;
  const tensor = ops.where(
    condition.isTrue,
    left.tensor,
    condition.mayBeMissing ? ops.where(condition.isFalse, whenFalse, nan) : whenFalse,
  );
  const mayBeMissing = condition.mayBeMissing || left.mayBeMissing || (right?.mayBeMissing ?? true);
  return numberValue(tensor, { type: right ? commonType(left.type, right.type) : left.type, mayBeMissing });
}

/** A value with a constant in place of a missing one. */
export function fallback(names: Names, value: Value, text: string, element: XmlElement): Value {
  const { ops } = names.compilation;
  const constant =
    value.kind === 'number'
      ? literal(ops, String(parseNumber(element, 'what a missing value is replaced by', text)), value.type, element)
      : literal(ops, text, value.kind === 'text' ? 'string' : 'boolean', element);
  return { ...chooseValue(names, certain(ops, isMissing(ops, value)), constant, value, element), mayBeMissing: false };
}
