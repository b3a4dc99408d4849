import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { temporaryFolders } from '../temporary-folders.js';
import { importSpark } from './index.js';

const fixtures = fileURLToPath(projectFile('shared/model-import/spark/fixtures'));
const folders = temporaryFolders('spark-refusals-');
afterAll(() => folders.remove());

/** A copy of a fixture's pipeline, to be damaged. */
async function copyOf(fixture: string): Promise<string> {
  const folder = await folders.make();
  await cp(join(fixtures, fixture, 'pipeline'), folder, { recursive: true });
  return folder;
}

/** The folder of a stage within a saved pipeline, by its class. */
async function stageOf(pipeline: string, kind: string): Promise<string> {
  const name = (await readdir(join(pipeline, 'stages'))).find((stage) => stage.includes(`_${kind}_`));
  return join(pipeline, 'stages', name ?? `no stage ${kind}`);
}

async function partOf(folder: string): Promise<string> {
  const name = (await readdir(folder)).find((file) => file.startsWith('part-'));
  return join(folder, name ?? `no part in ${folder}`);
}

/** Changes a stage's metadata as text. */
async function edit(stage: string, from: string | RegExp, to: string): Promise<void> {
  const file = await partOf(join(stage, 'metadata'));
  const text = await readFile(file, 'utf8');
  expect(text).toMatch(from);
  await writeFile(file, text.replace(from, to));
}

/** Imports a fixture with one stage's metadata changed. */
async function importEdited(fixture: string, kind: string, from: string | RegExp, to: string): Promise<unknown> {
  const pipeline = await copyOf(fixture);
  await edit(await stageOf(pipeline, kind), from, to);
  return importSpark(pipeline);
}

describe('what is not understood is refused by name', () => {
  it.each([
    [
      'a class',
      'kmeans',
      'StandardScaler',
      'StandardScalerModel',
      'PCAModel',
      /stage PCAModel \(StandardScaler_\w+\) cannot be imported: its class is not understood; understood are StringIndexerModel/,
    ],
    ['a family', 'poisson-regression', 'GeneralizedLinearRegression', '"poisson"', '"tweedie"', /family "tweedie"/],
    [
      'a link',
      'poisson-regression',
      'GeneralizedLinearRegression',
      '"link":"log"',
      '"link":"cauchit"',
      /link "cauchit"/,
    ],
    [
      'an offset',
      'poisson-regression',
      'GeneralizedLinearRegression',
      '"paramMap":{',
      '"paramMap":{"offsetCol":"exposure",',
      /offset column/,
    ],
    ['a loss', 'gbt-classifier', 'GBTClassifier', '"logistic"', '"hinge"', /loss "hinge" is not understood/],
    [
      'a distance',
      'kmeans',
      'KMeans',
      '"paramMap":{',
      '"paramMap":{"distanceMeasure":"cosine",',
      /distance measure "cosine"/,
    ],
    [
      'thresholds that prefer a class',
      'forest-multiclass',
      'RandomForestClassifier',
      '"paramMap":{',
      '"paramMap":{"thresholds":[0.5,0.2,0.3],',
      /different thresholds for its classes/,
    ],
    [
      'a parameter of another type',
      'logistic-strings',
      'LogisticRegression',
      '"threshold":0.35',
      '"threshold":"high"',
      /LogisticRegressionModel \(\w+\) has the parameter "threshold" "high"; a number is needed/,
    ],
    [
      'features that no stage makes',
      'kmeans',
      'KMeans',
      '"featuresCol":"features"',
      '"featuresCol":"elsewhere"',
      /no stage of the pipeline makes its column "elsewhere"/,
    ],
    [
      'more features than the model has',
      'tree-classifier',
      'VectorAssembler',
      '"inputCols":["distance"',
      '"inputCols":["distance","distance"',
      /trained on 5 features and the pipeline makes 6/,
    ],
    [
      'a number whose text would be needed',
      'linear-regression',
      'StringIndexer',
      '"inputCol":"origin"',
      '"inputCol":"wind_bucket"',
      /Spark's text of a number is not known here/,
    ],
  ])('%s', async (_, fixture, kind, from, to, message) => {
    await expect(importEdited(fixture, kind, from, to)).rejects.toMatchObject({
      code: 'model-invalid',
      message: expect.stringMatching(message),
    });
  });

  it('a pipeline without a model', async () => {
    const pipeline = await copyOf('kmeans');
    await edit(pipeline, /,\s*"KMeans_\w+"/, '');
    await expect(importSpark(pipeline)).rejects.toThrow(/PipelineModel \(\w+\) cannot be imported: it has no model/);
  });
});

describe('a folder that is not whole', () => {
  it('is refused when it is not there, is a file, or is another folder', async () => {
    const file = join(fixtures, 'make.py');
    for (const path of [join(fixtures, 'nowhere'), file, fixtures]) {
      await expect(importSpark(path)).rejects.toMatchObject({
        code: 'model-missing',
        message: `The folder ${path} holds no saved Spark model: metadata/part-00000 is missing. Give the folder that PipelineModel.save wrote, copied whole.`,
      });
    }
  });

  it('is refused when a stage, its data or the weights of its trees are missing', async () => {
    const withoutStage = await copyOf('gbt-classifier');
    await rm(await stageOf(withoutStage, 'VectorAssembler'), { recursive: true });
    await expect(importSpark(withoutStage)).rejects.toMatchObject({
      code: 'model-missing',
      message: expect.stringMatching(/names the stage VectorAssembler_\w+, which is not in/),
    });
    for (const data of ['data', 'treesMetadata']) {
      const withoutData = await copyOf('gbt-classifier');
      await rm(join(await stageOf(withoutData, 'GBTClassifier'), data), { recursive: true });
      await expect(importSpark(withoutData)).rejects.toMatchObject({
        code: 'model-missing',
        message: expect.stringMatching(/GBTClassificationModel \(\w+\) has no Parquet file in/),
      });
    }
  });

  it('is refused when a Parquet file is cut off or is none', async () => {
    for (const length of [0, 10, 2000]) {
      const pipeline = await copyOf('gbt-classifier');
      await truncate(await partOf(join(await stageOf(pipeline, 'GBTClassifier'), 'data')), length);
      await expect(importSpark(pipeline)).rejects.toMatchObject({
        code: 'model-invalid',
        message: expect.stringMatching(/GBTClassificationModel \(\w+\): its file .*\.parquet cannot be read/),
      });
    }
  });

  it('is refused when the data are those of another stage', async () => {
    const pipeline = await copyOf('gbt-classifier');
    const stage = join(await stageOf(pipeline, 'GBTClassifier'), 'data');
    const other = await partOf(join(await stageOf(pipeline, 'StringIndexer'), 'data'));
    await cp(other, await partOf(stage));
    await expect(importSpark(pipeline)).rejects.toMatchObject({ code: 'model-invalid' });
  });

  it('is refused when the metadata are no JSON', async () => {
    const pipeline = await copyOf('kmeans');
    await writeFile(await partOf(join(pipeline, 'metadata')), '{"class":');
    await expect(importSpark(pipeline)).rejects.toMatchObject({
      code: 'model-invalid',
      message: expect.stringMatching(/^The metadata .* of a Spark model cannot be read/),
    });
  });
});
