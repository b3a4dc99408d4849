import { type Names, used } from './compilation.js';
import { cast, isIn } from './conversion.js';
import { DATA_TYPES } from './data-dictionary.js';
import { checkShape, childrenNamed, choice, onlyChild, optional, refusal, required } from './element.js';
import { isMissing, tableText, type Value } from './values.js';
import type { XmlElement } from './xml.js';

/** A table of texts: the row whose cells equal the fields gives the cell of the output column. */
export function mapValues(element: XmlElement, names: Names): Value {
  checkShape(element, {
    attributes: ['mapMissingTo', 'defaultValue', 'outputColumn', 'dataType'],
    children: ['FieldColumnPair', 'InlineTable'],
  });
  const { ops } = names.compilation;
  const pairs = childrenNamed(element, 'FieldColumnPair').map((pair) => {
    checkShape(pair, { attributes: ['field', 'column'] });
    return {
      value: used(names, names.resolve(required(pair, 'field'), pair)),
      column: localName(required(pair, 'column')),
    };
  });
  const output = localName(required(element, 'outputColumn'));
  const rows = readTable(onlyChild(element, ['InlineTable']));
  const keys = rows.map((row) => JSON.stringify(pairs.map(({ column }) => cell(row, column))));
  const repeated = rows.find((_, index) => keys.indexOf(keys[index] ?? '') !== index);
  if (repeated !== undefined) throw refusal(repeated.element, 'two rows of the table match the same values.');
  const outputs = rows.map((row) => cell(row, output));
  const defaultValue = optional(element, 'defaultValue');
  const mapMissingTo = optional(element, 'mapMissingTo');
  const type = choice(element, 'dataType', DATA_TYPES, 'string');
  const [only] = pairs;
  if (only === undefined) throw refusal(element, 'it names no field.');
  if (pairs.length === 1 && only.value.kind === 'text') {
    const { tensor, meaning } = only.value.codes(rows.map((row) => cell(row, only.column)));
    const texts = meaning.map((index) => (index === -1 ? mapMissingTo : (outputs[index] ?? defaultValue)));
    return cast(ops, tableText(tensor, texts), type, element);
  }
  const code = (index: number): string => ops.builder.constant('int64', [index], [1, 1]);
  let tensor = code(rows.length);
  for (const [index, row] of [...rows.entries()].reverse()) {
    const hits = pairs.map(({ value, column }) => isIn(ops, value, [cell(row, column)], row.element).isTrue);
    tensor = ops.where(ops.and(...hits), code(index), tensor);
  }
  const missing = pairs.filter(({ value }) => value.mayBeMissing).map(({ value }) => isMissing(ops, value));
  const texts = [...outputs, defaultValue];
  if (missing.length === 0) return cast(ops, tableText(tensor, texts), type, element);
  const coded = ops.where(ops.or(...missing), code(-1), tensor);
  return cast(ops, tableText(coded, [...texts, mapMissingTo]), type, element);
}

interface Row {
  readonly element: XmlElement;
  readonly cells: ReadonlyMap<string, string>;
}

function readTable(table: XmlElement): Row[] {
  checkShape(table, { children: ['row'] });
  return childrenNamed(table, 'row').map((element) => ({
    element,
    cells: new Map(element.children.map(({ name, text }) => [name, text])),
  }));
}

/** Cells are elements, and may have a prefix. */
function localName(column: string): string {
  return column.slice(column.indexOf(':') + 1);
}

function cell(row: Row, column: string): string {
  const text = row.cells.get(column);
  if (text === undefined) throw refusal(row.element, `the row has no cell "${column}".`);
  return text;
}
