import type { ImportedModel } from '../imported-model.js';
import type { DataField } from './data-dictionary.js';
import {
  checkShape,
  childNamed,
  childrenNamed,
  onlyChild,
  optional,
  optionalNumber,
  parseNumber,
  required,
} from './element.js';
import type { XmlElement } from './xml.js';

type Golden = NonNullable<ImportedModel['golden']>;
type Row = Golden['rows'][number];

/** What trees in a graph give is rounded to float32. */
const FLOAT32 = 1e-6;

/** A column of the verification's table, and which field it holds. */
interface Column {
  readonly field: string;
  readonly column: string;
  readonly precision: number;
}

/** Reads a row's score from its cells; undefined where they do not say it. */
type Score = (cells: ReadonlyMap<string, string>) => number | undefined;

/**
 * The rows of a ModelVerification that have a score: a regression's value, or the probabilities of a classification;
 * undefined where the model has none.
 */
export function verificationRows(
  model: XmlElement,
  card: Pick<ImportedModel['card'], 'task' | 'labels' | 'inputs'>,
  fields: ReadonlyMap<string, DataField>,
  target: string | undefined,
): Omit<Golden, 'madeBy'> | undefined {
  const verification = childNamed(model, 'ModelVerification');
  if (verification === undefined) return undefined;
  checkShape(verification, {
    attributes: ['recordCount', 'fieldCount'],
    children: ['VerificationFields', 'InlineTable'],
  });
  const columns = childrenNamed(onlyChild(verification, ['VerificationFields']), 'VerificationField').map(readColumn);
  const score = scoreReader(model, card, columns, target);
  if (score === undefined) return undefined;
  const rows: Row[] = [];
  for (const row of childrenNamed(onlyChild(verification, ['InlineTable']), 'row')) {
    const cells = new Map(row.children.map(({ name, text }) => [name, text]));
    const expected = score.of(cells);
    if (expected === undefined) continue;
    const input: Record<string, unknown> = {};
    for (const { name } of card.inputs) {
      const column = columns.find(({ field }) => field === name);
      const text = column && cells.get(column.column);
      if (text !== undefined) input[name] = cellValue(text, fields.get(name), row);
    }
    rows.push({ input, score: expected });
  }
  if (rows.length === 0) return undefined;
  const greatest = Math.max(1, ...rows.map((row) => Math.abs(row.score)));
  return { rows, tolerance: Math.max(score.precision, FLOAT32) * greatest };
}

function readColumn(element: XmlElement): Column {
  checkShape(element, { attributes: ['field', 'column', 'precision', 'zeroThreshold'] });
  const field = required(element, 'field');
  const column = optional(element, 'column') ?? field;
  return {
    field,
    column: column.slice(column.indexOf(':') + 1),
    precision: optionalNumber(element, 'precision') ?? 1e-6,
  };
}

function cellValue(text: string, field: DataField | undefined, row: XmlElement): unknown {
  if (field === undefined || field.dataType === 'string') return text;
  if (field.dataType === 'boolean') return text === 'true';
  return parseNumber(row, `the cell of "${field.name}"`, text);
}

function scoreReader(
  model: XmlElement,
  { task, labels = [] }: Pick<ImportedModel['card'], 'task' | 'labels'>,
  columns: readonly Column[],
  target: string | undefined,
): { readonly of: Score; readonly precision: number } | undefined {
  const outputs = childNamed(model, 'Output');
  const columnOf = (feature: string, label?: string): Column | undefined => {
    const output = (outputs ? childrenNamed(outputs, 'OutputField') : []).find(
      (each) => (optional(each, 'feature') ?? 'predictedValue') === feature && optional(each, 'value') === label,
    );
    const name = output && optional(output, 'name');
    return columns.find(({ field }) => field === name);
  };
  const number = (cells: ReadonlyMap<string, string>, column: Column): number | undefined => {
    const value = Number(cells.get(column.column) ?? Number.NaN);
    return Number.isNaN(value) ? undefined : value;
  };
  if (task === 'regression') {
    const column = columns.find(({ field }) => field === target) ?? columnOf('predictedValue');
    return column && { precision: column.precision, of: (cells) => number(cells, column) };
  }
  const found = labels.map((label) => columnOf('probability', label));
  const [first, second] = found;
  if (task === 'binary' && second !== undefined) {
    return { precision: second.precision, of: (cells) => number(cells, second) };
  }
  if (task === 'binary' && first !== undefined) {
    return {
      precision: first.precision,
      of: (cells) => {
        const probability = number(cells, first);
        return probability === undefined ? undefined : 1 - probability;
      },
    };
  }
  const all = found.filter((column) => column !== undefined);
  if (task !== 'multiclass' || all.length < labels.length) return undefined;
  return {
    precision: Math.max(...all.map(({ precision }) => precision)),
    of: (cells) => {
      const probabilities = all.map((column) => number(cells, column));
      return probabilities.includes(undefined) ? undefined : Math.max(...probabilities.map(Number));
    },
  };
}
