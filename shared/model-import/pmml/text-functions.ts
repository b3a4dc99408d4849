import type { FunctionCompiler } from './compilation.js';
import { refusal } from './element.js';
import { lookup, numberValue, type TextValue, tableText, type Value } from './values.js';
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
};

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
