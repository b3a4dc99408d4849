import { extname } from 'node:path';
import { KitError } from '#shared/errors';
import { integer, oneOf, parseOptions, required } from './command-line.js';
import { userPath } from './user-path.js';

const formats = ['jsonl', 'csv'] as const;

/** How rows are written in a file: a JSON object a line, or CSV with a header. */
type RowFormat = (typeof formats)[number];

/** The command line of `npm run score`, checked. */
export interface ScoreOptions {
  readonly help: boolean;
  /** A model folder. */
  readonly model: string;
  /** A file; `-` = standard input. */
  readonly input: string;
  /** A file; `-` = standard output. */
  readonly output: string;
  readonly format: RowFormat;
  readonly reasons: boolean;
  /** Most rows in one run of the model. */
  readonly batch: number;
}

export const scoreHelp = `Usage: npm run -s score -- --model DIR --input FILE [options]

Scores the rows of a file with a model folder: one line of JSON for each row, in their order,
{"row":1,"score":0.83,"decision":"delayed"} or {"row":1,"error":{"code":"…","message":"…"}}.

  --model DIR       the model folder: model.onnx and model.json
  --input FILE      the rows; - = standard input
  --output FILE     where the lines go; - = standard output          (default: -)
  --format FORMAT   jsonl (a JSON object a line) or csv (with a header)
             (default: by the file's extension: .csv, .jsonl, .ndjson, .json; jsonl for -)
  --reasons         with each score the inputs that moved it most, where the model tells
  --batch N         most rows in one run of the model                (default: 256)
  --verbose         stack traces with the errors
  --help            this text

Rows count from 1; the header of a CSV file is none, nor are blank lines at the end. In CSV an
empty field is a missing value, a number is written as in JSON, and an array, too; fields are
parted by commas, or by semicolons or tabs where more of the model's inputs are found so. A row
that is not UTF-8, or longer than 16 MiB, fails. Notices go to standard error.

Example: npm run -s score -- --model demos/flight-delay/model --input flights.csv --output scores.jsonl

Exit codes: 0 every row was scored; 1 a row failed, or the run did; 2 the command line or a file
that it names is wrong.
`;

/**
 * Reads the command line of `npm run score`.
 * @throws KitError 'usage' in one sentence: what was given, and what would be right.
 */
export function parseScoreOptions(args: readonly string[]): ScoreOptions {
  const values = parseOptions(args, {
    model: { type: 'string' },
    input: { type: 'string' },
    output: { type: 'string' },
    format: { type: 'string' },
    reasons: { type: 'boolean' },
    batch: { type: 'string' },
    verbose: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  });
  const { help = false, input = '', output = '-' } = values;
  return {
    help,
    model: help ? '' : userPath(required('--model', values.model, 'the model folder')),
    input: input === '-' || help ? input : userPath(required('--input', input, 'the file of rows, or - is it')),
    output: output === '-' ? output : userPath(output),
    format: help ? 'jsonl' : formatOf(values.format, input),
    reasons: values.reasons ?? false,
    batch: integer('--batch', values.batch ?? '256', 1, 65_536),
  };
}

const BY_EXTENSION: ReadonlyMap<string, RowFormat> = new Map([
  ['.csv', 'csv'],
  ['.jsonl', 'jsonl'],
  ['.ndjson', 'jsonl'],
  ['.json', 'jsonl'],
]);

function formatOf(given: string | undefined, input: string): RowFormat {
  if (given !== undefined) return oneOf('--format', given, formats);
  const format = input === '-' ? 'jsonl' : BY_EXTENSION.get(extname(input).toLowerCase());
  if (format !== undefined) return format;
  throw new KitError(
    'usage',
    `The format of ${input} cannot be told by its extension (${[...BY_EXTENSION.keys()].join(', ')}); say --format ${formats.join(' or --format ')}.`,
  );
}
