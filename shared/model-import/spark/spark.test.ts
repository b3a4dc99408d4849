import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { OnnxFile } from '#shared/onnx';
import { projectFile } from '#shared/project-file';
import { type LoadOptions, loadModel, type Model } from '#shared/scoring';
import { temporaryFolders } from '../temporary-folders.js';
import { writeModelFolder } from '../write-model-folder.js';
import { importSpark } from './index.js';

const fixtures = fileURLToPath(projectFile('shared/model-import/spark/fixtures'));
const folders = temporaryFolders('spark-import-');
afterAll(() => folders.remove());

interface GoldenLine {
  readonly input: Record<string, unknown>;
  readonly score: number;
  readonly decision: string | null;
}

async function goldenOf(fixture: string): Promise<GoldenLine[]> {
  const text = await readFile(join(fixtures, fixture, 'golden.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as GoldenLine);
}

/** Imports a saved pipeline, writes it as a model folder, and loads it as a scorer would. */
async function imported(fixture: string, options: LoadOptions = {}): Promise<Model> {
  const folder = await folders.make();
  await writeModelFolder(folder, await importSpark(join(fixtures, fixture, 'pipeline')));
  return await loadModel(folder, options);
}

async function scoreOne(model: Model, row: object) {
  const [result] = await model.score([row]);
  return result instanceof KitError ? result.code : result;
}

describe('a saved Spark pipeline scores and decides as Spark did', () => {
  // What ONNX Runtime's trees give is float32; all else is computed in doubles. Delays of thousands are exact to 1e-9.
  it.each([
    ['logistic-strings', 125, 1e-14],
    ['logistic-strings-spark-3.5', 125, 1e-14],
    ['logistic-multinomial', 120, 1e-14],
    ['linear-regression', 126, 1e-11],
    ['poisson-regression', 120, 1e-13],
    ['kmeans', 120, 1e-14],
    ['tree-classifier', 144, 1e-7],
    ['gbt-classifier', 315, 1e-7],
    ['gbt-classifier-spark-3.5', 315, 1e-7],
    ['forest-multiclass', 258, 1e-7],
    ['forest-binary-one-hot', 154, 1e-7],
    ['tree-regressor', 175, 1e-9],
    ['forest-regressor', 255, 1e-9],
    ['gbt-regressor', 264, 1e-9],
  ])('%s, on %i rows, thresholds of its trees among them', async (fixture, rows, tolerance) => {
    const golden = await goldenOf(fixture);
    const model = await imported(fixture);
    const results = await model.score(golden.map(({ input }) => input));
    await model.close();
    expect(golden).toHaveLength(rows);
    const differences = golden.map(({ score }, at) => {
      const result = results[at];
      return result === undefined || result instanceof KitError ? Number.NaN : Math.abs(result.score - score);
    });
    expect(Math.max(...differences)).toBeLessThanOrEqual(tolerance);
    expect(results.map((result) => !(result instanceof KitError) && result.decision)).toEqual(
      golden.map(({ decision }) => decision),
    );
  });
});

describe('the card of a Spark pipeline', () => {
  it('has the raw fields as inputs, with the labels of their indexers, and not the label itself', async () => {
    const { card } = await importSpark(join(fixtures, 'logistic-strings', 'pipeline'));
    expect(card.inputs).toEqual([
      { name: 'distance', type: 'number', optional: false },
      { name: 'hour', type: 'number', optional: false },
      { name: 'wind', type: 'number', optional: true },
      { name: 'age', type: 'number', optional: true },
      { name: 'weekend', type: 'number', optional: false },
      {
        name: 'carrier',
        type: 'string',
        optional: true,
        categories: ['UA', 'AA', 'DL', 'B6', 'EV', 'it\'s "é"'],
      },
      { name: 'origin', type: 'string', optional: true, categories: ['EWR', 'JFK', 'LGA'] },
    ]);
    expect(card).toMatchObject({
      name: 'pipeline',
      task: 'binary',
      output: { tensor: 'probability' },
      labels: ['on time', 'late'],
      madeBy: { tool: 'Spark ML 4.1.1', algorithm: 'logistic regression' },
    });
  });

  it('decides for the second label only above the threshold, as Spark does: at the next double', async () => {
    const { card } = await importSpark(join(fixtures, 'logistic-strings', 'pipeline'));
    expect(card.threshold).toBe(0.35000000000000003);
    expect((await importSpark(join(fixtures, 'gbt-classifier', 'pipeline'))).card.threshold).toBe(0.5000000000000001);
  });

  it('takes the labels of a multiclass model from IndexToString', async () => {
    const { card } = await importSpark(join(fixtures, 'forest-multiclass', 'pipeline'));
    expect(card).toMatchObject({ task: 'multiclass', labels: ['large', 'medium', 'small'] });
  });
});

describe('fields that Spark would not take', () => {
  const known = { carrier: 'UA', plan: 'gold', distance: 700, age: 12 };

  it('are given the unknown category where the indexer keeps them, and counted', async () => {
    const model = await imported('tree-regressor');
    const unseen = await scoreOne(model, { ...known, carrier: 'ZZ' });
    expect(await scoreOne(model, { ...known, carrier: null })).toEqual(unseen);
    expect(unseen).toMatchObject({ decision: null });
    expect(model.unknownCategories.get('carrier')).toBe(1);
    await model.close();
  });

  it('make the row unscorable where the indexer refuses or skips them', async () => {
    const tree = await imported('tree-regressor');
    expect(await scoreOne(tree, { ...known, plan: 'platinum' })).toBe('record-unscorable');
    expect(await scoreOne(tree, { ...known, plan: null })).toBe('record-unscorable');
    await tree.close();
    const logistic = await imported('logistic-multinomial');
    expect(await scoreOne(logistic, { ...known, plan: 'platinum' })).toBe('record-unscorable');
    await logistic.close();
  });

  it('make the row unscorable where the assembler refuses nulls, and where a number lies in no bucket', async () => {
    const model = await imported('linear-regression');
    const row = { origin: 'JFK', distance: 500, age: 3, hour: 12, wind: 5 };
    expect(await scoreOne(model, { ...row, age: null })).toBe('record-unscorable');
    expect(await scoreOne(model, { ...row, wind: 1e6 })).toMatchObject({ decision: null });
    expect(await scoreOne(model, { ...row, wind: 1.1e6 })).toBe('record-unscorable');
    await model.close();
  });
});

it('gives the reasons of a linear model: what each field adds to the linear predictor', async () => {
  const model = await imported('poisson-regression', { reasons: true });
  const [first, second] = await model.score([
    { hour: 10, wind: 2, age: 5 },
    { hour: 10, wind: 3, age: 5 },
  ]);
  await model.close();
  if (first === undefined || second === undefined || first instanceof KitError || second instanceof KitError)
    throw new Error('both rows have scores');
  const wind = (row: typeof first) => row.reasons?.find(({ name }) => name === 'wind')?.contribution ?? Number.NaN;
  expect(wind(second) - wind(first)).toBeCloseTo(Math.log(second.score / first.score), 12);
  expect(wind(second) / wind(first)).toBeCloseTo(1.5, 12);
});

it('writes into the graph how many rows of training came to each node of a tree, for the reasons of its scores', async () => {
  const { graph } = await importSpark(join(fixtures, 'gbt-classifier', 'pipeline'));
  const trees = OnnxFile.parse(graph).nodes.find(({ op }) => op === 'TreeEnsembleRegressor');
  const [root, left] = trees?.floats('nodes_hitrates') ?? [];
  expect([root, left]).toEqual([455, 246]);
});
