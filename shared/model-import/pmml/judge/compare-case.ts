import { KitError } from '#shared/errors';
import { compilePmml } from '../index.js';
import type { Answer, Row } from './answer.js';
import { compareRow } from './compare.js';
import { runImported } from './run-imported.js';

/** What became of a document and its rows. */
export interface CaseResult {
  readonly agreeing: number;
  readonly unjudged: number;
  /** Of the rows that agree. */
  readonly largestDifference: number;
  /** A line for each row that differs. */
  readonly differences: readonly string[];
  /** A line for each row that has no score, and the judge has one. */
  readonly stricter: readonly string[];
  /** Why the importer refuses the document; then no row was compared. */
  readonly refusal?: string;
}

/** Imports a document and compares what its graph makes of the rows with the judge's answers. */
export async function compareCase(
  name: string,
  pmml: string,
  rows: readonly Row[],
  answers: readonly Answer[],
): Promise<CaseResult> {
  const result = {
    agreeing: 0,
    unjudged: 0,
    largestDifference: 0,
    differences: [] as string[],
    stricter: [] as string[],
  };
  let imported: ReturnType<typeof compilePmml>;
  try {
    imported = compilePmml(pmml, name);
  } catch (error) {
    // Anything but a refusal is a fault of the importer.
    if (error instanceof KitError && error.code === 'model-invalid') return { ...result, refusal: error.message };
    throw error;
  }
  const found = await runImported(imported, rows);
  for (const [index, answer] of answers.entries()) {
    const comparison = compareRow(imported.card, found[index] ?? [], answer);
    if (comparison.kind === 'unjudged') result.unjudged += 1;
    else if (comparison.kind === 'agrees') {
      result.agreeing += 1;
      result.largestDifference = Math.max(result.largestDifference, comparison.difference);
    } else {
      const line = `${name}, row ${index + 1} ${JSON.stringify(rows[index])}: ${comparison.because}`;
      (comparison.kind === 'stricter' ? result.stricter : result.differences).push(line);
    }
  }
  return result;
}
