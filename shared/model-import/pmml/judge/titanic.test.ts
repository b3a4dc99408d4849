import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { projectFile } from '#shared/project-file';
import type { Row } from './answer.js';
import { compareCase } from './compare-case.js';
import { JPMML_VERSION, judge, missingForJpmml } from './jpmml.js';

interface Golden {
  readonly rows: readonly { readonly input: Row; readonly score: number }[];
}

/** The first run has to download the jars. */
const JUDGING_MS = 300_000;

const text = (name: string): string => readFileSync(projectFile(`demos/titanic/model/${name}`), 'utf8');

const missing = await missingForJpmml();
const skipped = missing !== undefined && process.env.CI !== 'true';
if (skipped) console.warn(`Skipped: asking JPMML-Evaluator ${JPMML_VERSION} about the passengers, because ${missing}.`);

test.skipIf(skipped)(
  `JPMML-Evaluator ${JPMML_VERSION} and the import read the document of the titanic notebook as scikit-learn meant it`,
  { timeout: JUDGING_MS },
  async () => {
    const pmml = text('model.pmml');
    const { rows }: Golden = JSON.parse(text('golden.json'));
    const inputs = rows.map(({ input }) => input);
    const [verdict] = await judge([{ pmml, rows: inputs }]);
    if (verdict === undefined || !('answers' in verdict)) throw new Error(`The document is refused: ${verdict?.error}`);

    const distances = verdict.answers.map(({ probabilities }, at) =>
      Math.abs((probabilities?.survived ?? Number.NaN) - (rows[at]?.score ?? Number.NaN)),
    );
    expect(distances).toHaveLength(1000);
    expect(Math.max(...distances)).toBeLessThan(1e-12);

    const compared = await compareCase('titanic', pmml, inputs, verdict.answers);
    expect(compared).toMatchObject({ agreeing: 1000, unjudged: 0, differences: [], stricter: [] });
  },
);
