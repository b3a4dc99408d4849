import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { seededRandom } from '#shared/testing';
import { compact, corpusNames, documentOf, readCase, writeCase } from './corpus.js';
import { JPMML_VERSION, judge, missingForJpmml } from './jpmml.js';
import { rowsFor } from './rows-for.js';

const ROWS = 40;
/** The first run has to download the jars. */
const JUDGING_MS = 300_000;

const missing = await missingForJpmml();
const skipped = missing !== undefined && process.env.CI !== 'true';
if (skipped) console.warn(`Skipped: asking JPMML-Evaluator ${JPMML_VERSION} again, because ${missing}.`);

// RECORD=new writes answers for documents that have none yet, RECORD=all for every one, with new rows.
const recording = process.env.RECORD;

/** Asks for rows and answers where there are none, or for all anew. */
async function record(): Promise<void> {
  const names = corpusNames().filter(
    (name) => recording === 'all' || !existsSync(new URL(`${name}.jsonl`, documentOf(name))),
  );
  const cases = names.map((name, index) => {
    const pmml = readFileSync(documentOf(name), 'utf8');
    return { pmml, rows: rowsFor(pmml, ROWS, seededRandom(index + 1)) };
  });
  for (const [index, verdict] of (await judge(cases)).entries()) {
    const name = names[index] ?? '';
    if ('error' in verdict) writeCase({ name, rows: [], answers: [], refusal: verdict.error });
    else writeCase({ name, rows: cases[index]?.rows ?? [], answers: verdict.answers });
  }
}

if (recording !== undefined) test('records rows and the judge’s answers', { timeout: JUDGING_MS }, record);

test.skipIf(skipped || recording !== undefined)(
  `JPMML-Evaluator ${JPMML_VERSION} still gives the recorded answers`,
  { timeout: JUDGING_MS },
  async () => {
    const recorded = corpusNames().map(readCase);
    const verdicts = await judge(recorded.map(({ pmml, rows }) => ({ pmml, rows })));
    for (const [index, { name, answers, refusal }] of recorded.entries()) {
      const verdict = verdicts[index];
      const found = verdict !== undefined && 'answers' in verdict ? { answers: verdict.answers.map(compact) } : verdict;
      expect(found, name).toEqual(refusal === undefined ? { answers } : { error: refusal });
    }
  },
);
