import { type Comparison, compareNumbers } from './comparison.js';
import { type Names, used } from './compilation.js';
import { isIn, literal } from './conversion.js';
import { arrayItems, checkShape, choice, onlyChild, refusal, required } from './element.js';
import { certain, isMissing, type LogicValue, logicValue, negated } from './values.js';
import type { XmlElement } from './xml.js';

export const PREDICATE_NAMES = ['SimplePredicate', 'SimpleSetPredicate', 'CompoundPredicate', 'True', 'False'];

const SIMPLE_OPERATORS = [
  'equal',
  'notEqual',
  'lessThan',
  'lessOrEqual',
  'greaterThan',
  'greaterOrEqual',
  'isMissing',
  'isNotMissing',
] as const;
export type SimpleOperator = (typeof SIMPLE_OPERATORS)[number];

const COMPARISONS: Readonly<Partial<Record<SimpleOperator, Comparison>>> = {
  lessThan: 'Less',
  lessOrEqual: 'LessOrEqual',
  greaterThan: 'Greater',
  greaterOrEqual: 'GreaterOrEqual',
};

/** Writes a predicate into the graph: true, false, or unknown where a value that it needs is missing. */
export function predicate(element: XmlElement, names: Names): LogicValue {
  const { ops } = names.compilation;
  switch (element.name) {
    case 'True':
      checkShape(element, {});
      return certain(ops, ops.truth(true));
    case 'False':
      checkShape(element, {});
      return certain(ops, ops.truth(false));
    case 'SimplePredicate':
      return simplePredicate(element, names);
    case 'SimpleSetPredicate':
      return simpleSetPredicate(element, names);
    case 'CompoundPredicate':
      return compoundPredicate(element, names);
    default:
      throw refusal(element, 'this predicate is not understood.');
  }
}

/** What a SimplePredicate says. */
export function readSimplePredicate(element: XmlElement): { field: string; operator: SimpleOperator; value: string } {
  checkShape(element, { attributes: ['field', 'operator', 'value'] });
  const operator = choice(element, 'operator', SIMPLE_OPERATORS);
  const needsValue = operator !== 'isMissing' && operator !== 'isNotMissing';
  return { field: required(element, 'field'), operator, value: needsValue ? required(element, 'value') : '' };
}

/** What a SimpleSetPredicate says. */
export function readSimpleSetPredicate(element: XmlElement): { field: string; inside: boolean; set: string[] } {
  checkShape(element, { attributes: ['field', 'booleanOperator'], children: ['Array'] });
  return {
    field: required(element, 'field'),
    inside: choice(element, 'booleanOperator', ['isIn', 'isNotIn']) === 'isIn',
    set: arrayItems(onlyChild(element, ['Array'])),
  };
}

function simplePredicate(element: XmlElement, names: Names): LogicValue {
  const { ops } = names.compilation;
  const { field, operator, value: text } = readSimplePredicate(element);
  const value = used(names, names.resolve(field, element));
  if (operator === 'isMissing') return certain(ops, isMissing(ops, value));
  if (operator === 'isNotMissing') return negated(certain(ops, isMissing(ops, value)));
  if (operator === 'equal') return isIn(ops, value, [text], element);
  if (operator === 'notEqual') return negated(isIn(ops, value, [text], element));
  const comparison = COMPARISONS[operator];
  if (comparison === undefined || value.kind !== 'number') {
    throw refusal(element, `"${field}" is a ${value.kind}, whose order is not understood.`);
  }
  return compareNumbers(names, comparison, value, literal(ops, text, value.type, element), element);
}

function simpleSetPredicate(element: XmlElement, names: Names): LogicValue {
  const { field, inside, set } = readSimpleSetPredicate(element);
  const found = isIn(names.compilation.ops, used(names, names.resolve(field, element)), set, element);
  return inside ? found : negated(found);
}

function compoundPredicate(element: XmlElement, names: Names): LogicValue {
  const { ops } = names.compilation;
  checkShape(element, { attributes: ['booleanOperator'], children: PREDICATE_NAMES });
  const operator = choice(element, 'booleanOperator', ['and', 'or', 'xor', 'surrogate']);
  const parts = element.children
    .filter(({ name }) => PREDICATE_NAMES.includes(name))
    .map((part) => predicate(part, names));
  if (parts.length < 2) throw refusal(element, `it joins ${parts.length} predicates; two are the least.`);
  const joined = parts.reduce((left, right) => {
    if (operator === 'and') return both(left, right);
    if (operator === 'or') return negated(both(negated(left), negated(right)));
    if (operator === 'surrogate') return surrogate(left, right);
    return logicValue(
      ops.or(ops.and(left.isTrue, right.isFalse), ops.and(left.isFalse, right.isTrue)),
      ops.or(ops.and(left.isTrue, right.isTrue), ops.and(left.isFalse, right.isFalse)),
    );
  });
  return { ...joined, mayBeMissing: parts.some((part) => part.mayBeMissing) };

  function both(left: LogicValue, right: LogicValue): LogicValue {
    return logicValue(ops.and(left.isTrue, right.isTrue), ops.or(left.isFalse, right.isFalse));
  }

  /** The second counts where the first is unknown. */
  function surrogate(left: LogicValue, right: LogicValue): LogicValue {
    if (!left.mayBeMissing) return left;
    const unknown = isMissing(ops, left);
    return logicValue(
      ops.or(left.isTrue, ops.and(unknown, right.isTrue)),
      ops.or(left.isFalse, ops.and(unknown, right.isFalse)),
      right.mayBeMissing,
    );
  }
}
