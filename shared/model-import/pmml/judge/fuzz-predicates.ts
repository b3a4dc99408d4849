import { CATEGORIES, type ExpressionGenerator } from './fuzz-expressions.js';

/** A random predicate on the generator's names. */
export function predicate(generator: ExpressionGenerator, depth: number): string {
  const { known } = generator;
  const number = (): string => known.numbers[Math.floor(generator.random() * known.numbers.length)] ?? 'x';
  const text = (): string => known.texts[Math.floor(generator.random() * known.texts.length)] ?? 'c';
  const inner = (): string => predicate(generator, depth - 1);
  switch (depth > 0 ? generator.pick('number', 'number', 'text', 'set', 'missing', 'compound', 'compound') : 'number') {
    case 'text':
      return `<SimplePredicate field="${text()}" operator="${generator.pick('equal', 'notEqual')}" value="${generator.pick(...CATEGORIES)}"/>`;
    case 'set': {
      const array = CATEGORIES.filter(() => generator.random() < 0.5).map((value) => `"${value}"`);
      const operator = generator.pick('isIn', 'isNotIn');
      return `<SimpleSetPredicate field="${text()}" booleanOperator="${operator}"><Array n="${array.length + 1}" type="string">${array.join(' ')} a</Array></SimpleSetPredicate>`;
    }
    case 'missing':
      return `<SimplePredicate field="${generator.random() < 0.5 ? number() : text()}" operator="${generator.pick('isMissing', 'isNotMissing')}"/>`;
    case 'compound': {
      const parts = [
        inner(),
        inner(),
        ...(generator.random() < 0.4 ? [generator.pick('<True/>', '<False/>', inner())] : []),
      ];
      return `<CompoundPredicate booleanOperator="${generator.pick('and', 'or', 'xor', 'surrogate')}">${parts.join('')}</CompoundPredicate>`;
    }
    default: {
      const operator = generator.pick('lessThan', 'lessOrEqual', 'greaterThan', 'greaterOrEqual', 'equal', 'notEqual');
      return `<SimplePredicate field="${number()}" operator="${operator}" value="${generator.level()}"/>`;
    }
  }
}
