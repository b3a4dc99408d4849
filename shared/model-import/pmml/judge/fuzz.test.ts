import { expect, test } from 'vitest';
import { compareCase } from './compare-case.js';
import { fuzzCase } from './fuzz-documents.js';
import { judge, missingForJpmml } from './jpmml.js';

// PMML_FUZZ=FIRST-LAST takes other seeds, as many as one has patience for.
const [first = 1, last = 120] = (process.env.PMML_FUZZ ?? '1-120').split('-').map(Number);
const JUDGING_MS = 300_000 + (last - first) * 100;

const missing = await missingForJpmml();
const skipped = missing !== undefined && process.env.CI !== 'true';
if (skipped) console.warn(`Skipped: random PMML documents against JPMML-Evaluator, because ${missing}.`);

test.skipIf(skipped)(
  `random documents ${first} to ${last} score as JPMML-Evaluator scores them`,
  { timeout: JUDGING_MS },
  async () => {
    const cases = Array.from({ length: last - first + 1 }, (_, index) => fuzzCase(first + index));
    const verdicts = await judge(cases);
    const differences: string[] = [];
    const counts = {
      documents: 0,
      refused: 0,
      refusedByJudge: 0,
      rows: 0,
      unjudged: 0,
      stricter: 0,
      largestDifference: 0,
    };
    for (const [index, { name, pmml, rows, isPartial }] of cases.entries()) {
      const verdict = verdicts[index];
      if (verdict === undefined || 'error' in verdict) {
        counts.refusedByJudge += 1;
        continue;
      }
      const result = await compareCase(name, pmml, rows, verdict.answers);
      counts.documents += 1;
      if (result.refusal !== undefined) counts.refused += 1;
      counts.rows += result.agreeing;
      counts.unjudged += result.unjudged;
      counts.largestDifference = Math.max(counts.largestDifference, result.largestDifference);
      counts.stricter += result.stricter.length;
      // One row tells what is wrong; the others follow from it.
      differences.push(...[...result.differences, ...(isPartial ? [] : result.stricter)].slice(0, 1));
    }
    console.log(JSON.stringify(counts));
    expect(differences.slice(0, 40)).toEqual([]);
    expect(counts.rows).toBeGreaterThan(0);
  },
);
