import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { projectFile } from '#shared/project-file';
import type { Answer, Row, Value } from './answer.js';

const folder = projectFile('shared/model-import/pmml/judge/corpus/');

/** A document of the corpus with its rows and the judge's recorded answers. */
export interface RecordedCase {
  readonly name: string;
  readonly pmml: string;
  readonly rows: readonly Row[];
  /** Empty where the judge refuses the document, and `refusal` says why. */
  readonly answers: readonly Answer[];
  readonly refusal?: string;
}

/** The names of the documents, sorted. */
export const corpusNames = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.pmml'))
    .map((file) => file.slice(0, -'.pmml'.length))
    .sort();

/** The URL of a document. */
export const documentOf = (name: string): URL => new URL(`${name}.pmml`, folder);

/** Reads a document and what was recorded for it: a header with the fields' names, then a line a row. */
export function readCase(name: string): RecordedCase {
  const pmml = readFileSync(documentOf(name), 'utf8');
  const [header = '{}', ...lines] = readFileSync(new URL(`${name}.jsonl`, folder), 'utf8')
    .trimEnd()
    .split('\n');
  const { fields, refusal }: Header = JSON.parse(header);
  const recorded = lines.map((line): [(Value | undefined)[], Answer] => JSON.parse(line));
  return {
    name,
    pmml,
    rows: recorded.map(([values]) => rowOf(fields, values)),
    answers: recorded.map(([, answer]) => answer),
    ...(refusal !== undefined && { refusal }),
  };
}

/** Writes what the judge gave for the rows of a document. */
export function writeCase({ name, rows, answers, refusal }: Omit<RecordedCase, 'pmml'>): void {
  const fields = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const header: Header = { fields, ...(refusal !== undefined && { refusal }) };
  const lines = answers.map((answer, index) => [fields.map((field) => rows[index]?.[field] ?? null), compact(answer)]);
  writeFileSync(
    new URL(`${name}.jsonl`, folder),
    [header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(''),
  );
}

/** The answer without what it says twice, as outputs often do, with errors by their class and numbers in 13 digits. */
export function compact({ error, target, probabilities, affinities, outputs }: Answer): Answer {
  if (error !== undefined) return { error: error.split(':', 1)[0] ?? error };
  const said = new Set([target, ...Object.values(probabilities ?? {}), ...Object.values(affinities ?? {})]);
  const more = Object.entries(outputs ?? {}).filter(([, value]) => !said.has(value));
  return rounded({
    ...(target !== undefined && { target }),
    ...(probabilities !== undefined && { probabilities }),
    ...(affinities !== undefined && { affinities }),
    ...(more.length > 0 && { outputs: Object.fromEntries(more) }),
  });
}

const rounded = (answer: Answer): Answer =>
  JSON.parse(JSON.stringify(answer), (_, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(13)) : value,
  );

interface Header {
  readonly fields: readonly string[];
  readonly refusal?: string;
}

const rowOf = (fields: readonly string[], values: readonly (Value | undefined)[]): Row =>
  Object.fromEntries(fields.map((field, index) => [field, values[index] ?? null]));
