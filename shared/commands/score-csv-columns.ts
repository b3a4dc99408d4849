import { parse } from 'csv-parse/sync';
import { KitError } from '#shared/errors';
import type { ModelCard } from '#shared/scoring';

type ModelInput = ModelCard['inputs'][number];

/** The column of a model's input. */
export interface Column {
  readonly name: string;
  readonly index: number;
  /** The value of a cell; undefined where it is missing. */
  readonly convert: (cell: string) => unknown;
}

/** Where a model's inputs are in a CSV file. */
export interface CsvColumns {
  readonly columns: readonly Column[];
  /** Columns of the header. */
  readonly width: number;
  readonly delimiter: string;
}

const DELIMITERS = [',', ';', '\t'] as const;

/**
 * Finds a model's inputs in the header with which CSV begins. Fields are parted by commas; by semicolons or tabs where
 * more of the inputs are found so.
 * @throws KitError 'usage' where a required input has no column, or an input has two.
 */
export function csvColumns(beginning: Buffer, card: ModelCard, onNotice: (sentence: string) => void): CsvColumns {
  const [best] = DELIMITERS.map((delimiter) => {
    const header = headerOf(beginning, delimiter);
    return { delimiter, header, found: card.inputs.filter(({ name }) => header.includes(name)).length };
  }).toSorted((a, b) => b.found - a.found);
  const delimiter = best?.delimiter ?? ',';
  const header = best?.header ?? [];
  const missing = card.inputs.filter(({ name }) => !header.includes(name));
  const required = missing.filter(({ optional }) => !optional);
  if (required.length > 0) {
    throw new KitError(
      'usage',
      `The header of the CSV has no column for ${listed(required)} of ${card.name}; it has ${header.slice(0, 50).join(', ')}.`,
    );
  }
  if (missing.length > 0) onNotice(`The CSV has no column for ${listed(missing)}: missing in every row.`);
  const columns = card.inputs.flatMap((input): Column[] => {
    const index = header.indexOf(input.name);
    if (index < 0) return [];
    if (header.lastIndexOf(input.name) !== index) {
      throw new KitError('usage', `The header of the CSV has the column "${input.name}" twice; one is right.`);
    }
    return [{ name: input.name, index, convert: converterOf(input) }];
  });
  return { columns, width: header.length, delimiter };
}

function headerOf(beginning: Buffer, delimiter: string): string[] {
  try {
    const options = {
      delimiter,
      to: 1,
      relax_quotes: true,
      relax_column_count: true,
      skip_records_with_empty_values: true,
    };
    const [header = []] = parse(beginning, { ...options, record_delimiter: ['\r\n', '\n', '\r'] });
    return header;
  } catch (error) {
    throw KitError.from(error, 'usage', 'Reading the header of the CSV');
  }
}

function listed(inputs: readonly ModelInput[]): string {
  const names = inputs.map(({ name }) => `"${name}"`).join(', ');
  return inputs.length === 1 ? `the input ${names}` : `the inputs ${names}`;
}

function converterOf({ name, type, shape }: ModelInput): Column['convert'] {
  if (shape !== undefined) return (cell) => (cell === '' ? undefined : nested(name, cell));
  if (type === 'string') return (cell) => (cell === '' ? undefined : cell);
  return (cell) => (cell === '' ? undefined : numberOf(name, cell));
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const BOOLEANS: ReadonlyMap<string, boolean> = new Map(
  [true, false].flatMap((value) => {
    const text = String(value);
    // As Python and R write them, too.
    return [text, `${text.charAt(0).toUpperCase()}${text.slice(1)}`, text.toUpperCase()].map((each) => [each, value]);
  }),
);

function numberOf(name: string, cell: string): unknown {
  if (!NUMBER.test(cell)) {
    return (
      BOOLEANS.get(cell) ??
      unreadable(`The input "${name}" is "${brief(cell)}", which is no number; a missing value is an empty field.`)
    );
  }
  const number = Number(cell);
  if (Number.isFinite(number)) {
    // What a double cannot hold exactly, an integer of 64 bits may.
    return Number.isSafeInteger(number) || !/^[+-]?\d+$/.test(cell) ? number : BigInt(cell.replace(/^\+/, ''));
  }
  return unreadable(`The input "${name}" is ${brief(cell)}, beyond ±1.8e308, the largest number that there is.`);
}

function nested(name: string, cell: string): unknown {
  try {
    return JSON.parse(cell);
  } catch {
    return unreadable(`The input "${name}" is "${brief(cell)}"; an array is written as in JSON, as [[1, 2], [3, 4]].`);
  }
}

function brief(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function unreadable(sentence: string): KitError {
  return new KitError('record-undecodable', sentence);
}
