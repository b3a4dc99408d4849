import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { loadModel } from '#shared/scoring';
import { say } from '../harness/said.js';
import { expectedScores, INPUT, OUTPUT } from '../job/model.js';
import { columnNames, numbersOf, paymentOf } from '../job/payments.js';
import { measured, sayAll } from './measured.js';

// Rows scored, so many at a time: scoring.js shared | onnxruntime FOLDER SECONDS, with the job's model; scoring.js rows FOLDER
// SECONDS FILE, with another one and its rows as lines of JSON; scoring.js load FOLDER, which loads it twice.

const BATCHES = [1, 32, 256];
const ROWS = 2_560;

const [what, folder = '', seconds = '', file = ''] = process.argv.slice(2);

/** Scores all rows in batches; the scores are compared once, before anything is measured. */
async function measureBatches(
  score: (from: number, count: number) => Promise<ArrayLike<number>>,
  count: number,
  expected: ArrayLike<number> | undefined,
  batches: readonly number[],
): Promise<void> {
  const all = (batch: number) => async (): Promise<number> => {
    for (let from = 0; from < count; from += batch) {
      const scores = await score(from, Math.min(batch, count - from));
      for (let row = 0; expected && row < scores.length; row += 1) {
        const [is, wanted] = [scores[row] ?? Number.NaN, expected[from + row] ?? Number.NaN];
        if (!(Math.abs(is - wanted) <= 1e-5)) throw new Error(`Row ${from + row} has the score ${is}, not ${wanted}.`);
      }
    }
    return count;
  };
  await sayAll(Number(seconds), Object.fromEntries(batches.map((batch) => [`batch ${batch}, rows`, all(batch)])));
}

async function shared(rows: readonly object[], expected: ArrayLike<number> | undefined, batches: readonly number[]) {
  const model = await loadModel(folder);
  const score = async (from: number, count: number): Promise<number[]> =>
    (await model.score(rows.slice(from, from + count))).map((result) => {
      if (result instanceof Error) throw result;
      return result.score;
    });
  await measureBatches(score, rows.length, expected, batches);
}

async function bare(expected: ArrayLike<number>): Promise<void> {
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1 };
  const session = await InferenceSession.create(join(folder, 'model.onnx'), options);
  const numbers = Float32Array.from(Array.from({ length: ROWS }, (_, number) => numbersOf(number)).flat());
  const columns = columnNames.length;
  await measureBatches(
    async (from, count) => {
      const tensor = new Tensor('float32', numbers.subarray(from * columns, (from + count) * columns), [
        count,
        columns,
      ]);
      // The graph says that they are floats.
      return (await session.run({ [INPUT]: tensor }))[OUTPUT]?.data as Float32Array;
    },
    ROWS,
    expected,
    BATCHES,
  );
}

async function load(): Promise<void> {
  const once = async (): Promise<number> => {
    await (await loadModel(folder)).close();
    return 1;
  };
  // The first one of a process loads the native runtime, too.
  say({ is: 'end', results: { first: await measured(once), again: await measured(once) } });
}

const payments = Array.from({ length: ROWS }, (_, number) => paymentOf(number));
switch (what) {
  case 'shared':
    await shared(payments, await expectedScores(join(folder, 'model.onnx'), ROWS), BATCHES);
    break;
  case 'onnxruntime':
    await bare(await expectedScores(join(folder, 'model.onnx'), ROWS));
    break;
  case 'rows': {
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    await shared(
      lines.map((line): object => JSON.parse(line)),
      undefined,
      [256],
    );
    break;
  }
  case 'load':
    await load();
    break;
  default:
    throw new Error(`"${what}" is nothing that is scored.`);
}
