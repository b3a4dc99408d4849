import type { Names } from './compilation.js';
import { asNumber, castNumber } from './conversion.js';
import { refusal } from './element.js';
import { certain, constantText, isMissing, type LogicValue, logicValue, type TextValue, type Value } from './values.js';
import type { XmlElement } from './xml.js';

export type Comparison = 'Less' | 'LessOrEqual' | 'Greater' | 'GreaterOrEqual' | 'Equal';

/** Compares numbers; unknown where one is missing. An order of texts is refused. */
export function compareNumbers(
  { compilation: { ops } }: Names,
  op: Comparison,
  left: Value,
  right: Value,
  element: XmlElement,
): LogicValue {
  if (left.kind !== 'number' || right.kind !== 'number') {
    const kinds = `${left.kind} and ${right.kind}`;
    throw refusal(element, `numbers can be compared by their order, not ${kinds}.`);
  }
  // The second is taken in the type of the first.
  const second = left.type === 'float' ? castNumber(ops, right, 'float') : right;
  const isTrue = ops.node(op, [left.tensor, second.tensor]);
  const missing = [left, right].filter(({ mayBeMissing }) => mayBeMissing).map(({ tensor }) => ops.isMissing(tensor));
  return missing.length === 0 ? certain(ops, isTrue) : logicValue(isTrue, ops.not(ops.or(isTrue, ...missing)));
}

/** Whether two values are the same; unknown where one is missing. */
export function equalValues(names: Names, left: Value, right: Value, element: XmlElement): LogicValue {
  const { ops } = names.compilation;
  if (left.kind === 'text' || right.kind === 'text') {
    const [first, second] = [left, right].map((value) =>
      value.kind === 'number' && value.spelled !== undefined ? constantText(ops, value.spelled) : value,
    );
    if (first?.kind === 'text' && second?.kind === 'text') return equalTexts(names, first, second, element);
  }
  if (left.kind === 'boolean' && right.kind === 'boolean') {
    const same = ops.or(ops.and(left.isTrue, right.isTrue), ops.and(left.isFalse, right.isFalse));
    const other = ops.or(ops.and(left.isTrue, right.isFalse), ops.and(left.isFalse, right.isTrue));
    return logicValue(same, other, left.mayBeMissing || right.mayBeMissing);
  }
  return compareNumbers(names, 'Equal', asNumber(ops, left, element), asNumber(ops, right, element), element);
}

function equalTexts(
  { compilation: { ops } }: Names,
  left: TextValue,
  right: TextValue,
  element: XmlElement,
): LogicValue {
  const keys = left.known ?? right.known;
  if (keys === undefined) {
    throw refusal(element, 'two fields of text are compared, and the values of neither are declared.');
  }
  // A text that is no key is told apart from the other's text that is none: 0 and -1 are nobody's codes.
  const code = (value: TextValue, other: number): string => {
    const { tensor, meaning } = value.codes(keys);
    const table = meaning.map((index) => (index >= 0 && index < keys.length ? index + 1 : other));
    return ops.node('Gather', [ops.builder.constant('int64', table), tensor], { axis: { int: 0 } });
  };
  const isTrue = ops.node('Equal', [code(left, 0), code(right, -1)]);
  const missing = [left, right].filter(({ mayBeMissing }) => mayBeMissing).map((value) => isMissing(ops, value));
  return missing.length === 0 ? certain(ops, isTrue) : logicValue(isTrue, ops.not(ops.or(isTrue, ...missing)));
}
