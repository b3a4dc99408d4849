import { KitError } from '#shared/errors';
import { type GoldenCase, parseCase } from './case.js';
import { firstDifference } from './compare.js';
import { type CaseRun, caseRuns, runCase } from './run-case.js';

/**
 * Runs a case in every way and says in a line how it first differs from what Kafka Streams gave, and in which runs;
 * undefined where it never does. Never rejects: an error is a difference.
 */
export async function failureOf(json: unknown): Promise<string | undefined> {
  let golden: GoldenCase;
  try {
    golden = parseCase(json);
  } catch (error) {
    return `(not run): ${KitError.from(error).message}`;
  }
  const failed: { readonly run: CaseRun; readonly difference: string }[] = [];
  for (const run of caseRuns) {
    const difference = await differenceOf(golden, run);
    if (difference !== undefined) failed.push({ run, difference });
  }
  if (failed[0] === undefined) return undefined;
  const runs = failed.length === caseRuns.length ? 'every run' : failed.map(({ run }) => run.name).join(', ');
  return `(${runs}): ${failed[0].difference}`;
}

async function differenceOf(golden: GoldenCase, run: CaseRun): Promise<string | undefined> {
  try {
    return firstDifference(golden, await runCase(golden, run));
  } catch (error) {
    return KitError.from(error).message;
  }
}
