import type { FunctionCompiler, Names } from './compilation.js';
import { refusal } from './element.js';
import { constantText, lookup, numberValue, type TextValue, tableText, type Value } from './values.js';
import type { XmlElement } from './xml.js';

/** Functions of texts, as tables: they need to know which texts there can be. */
export const TEXT_FUNCTIONS: Readonly<Record<string, FunctionCompiler>> = {
  uppercase: mapped((text) => text.toUpperCase()),
  lowercase: mapped((text) => text.toLowerCase()),
  trimBlanks: mapped((text) => text.trim()),
  stringLength: ({ compilation: { ops } }, [value], element) => {
    const { text, known } = declared(value, element);
    const tensor = lookup(ops, text, known, (index) => known[index]?.length ?? Number.NaN);
    return numberValue(tensor, { type: 'integer', mayBeMissing: text.mayBeMissing });
  },
  substring: (names, [value, start, length, ...more], element) => {
    const [from, count] = [start, length].map((each) => (each?.kind === 'number' ? Number(each.spelled) : Number.NaN));
    if (from === undefined || count === undefined || !(from >= 1 && count >= 0) || more.length > 0) {
      throw refusal(element, 'it takes a text and two constants: a position from 1 up, and a length.');
    }
    return mapped((text) => text.slice(from - 1, from - 1 + count))(names, value === undefined ? [] : [value], element);
  },
  concat: concatenated,
};

/** Most texts that a concatenation may have. */
const MOST_TEXTS = 10_000;

/** Every text of the first with every one of the second, and so on; a missing one adds nothing. */
function concatenated({ compilation: { ops } }: Names, values: readonly Value[], element: XmlElement): TextValue {
  const parts = values.map((value) =>
    declared(
      value.kind === 'number' && value.spelled !== undefined ? constantText(ops, value.spelled) : value,
      element,
    ),
  );
  const [first, ...rest] = parts;
  if (first === undefined || rest.length === 0) throw refusal(element, 'it takes two texts or more.');
  const whole = (value: number): string => ops.builder.constant('int64', [value], [1, 1]);
  let texts = [''];
  let tensor = whole(0);
  for (const { text, known } of parts) {
    if (texts.length * (known.length + 1) > MOST_TEXTS) {
      throw refusal(element, `there are more than ${MOST_TEXTS} texts that it can give.`);
    }
    const { tensor: codes, meaning } = text.codes(known);
    const indices = ops.builder.constant(
      'int64',
      meaning.map((index) => (index === -1 ? known.length : Math.min(index, known.length))),
    );
    const index = ops.node('Gather', [indices, codes], { axis: { int: 0 } });
    tensor = ops.node('Add', [ops.node('Mul', [tensor, whole(known.length + 1)]), index]);
    texts = texts.flatMap((before) => [...known, ''].map((after) => before + after));
  }
  return tableText(tensor, texts);
}

function mapped(map: (text: string) => string): FunctionCompiler {
  return (_, [value], element) => {
    const { text, known } = declared(value, element);
    const { tensor, meaning } = text.codes(known);
    return tableText(
      tensor,
      meaning.map((index) => (index === -1 ? undefined : map(known[index] ?? ''))),
    );
  };
}

function declared(value: Value | undefined, element: XmlElement): { text: TextValue; known: readonly string[] } {
  if (value?.kind !== 'text') throw refusal(element, `it takes a text, not a ${value?.kind ?? 'missing argument'}.`);
  if (value.known === undefined) {
    throw refusal(element, 'it needs a text whose values the document declares, so that it can be tabulated.');
  }
  return { text: value, known: value.known };
}
