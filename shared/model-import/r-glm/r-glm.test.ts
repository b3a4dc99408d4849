import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { projectFile } from '#shared/project-file';
import { type LoadOptions, loadModel, type Model } from '#shared/scoring';
import { temporaryFolders } from '../temporary-folders.js';
import { writeModelFolder } from '../write-model-folder.js';
import { importRGlm } from './index.js';

const fixtures = fileURLToPath(projectFile('shared/model-import/r-glm/fixtures/exported'));
const folders = temporaryFolders('r-glm-import-');
afterAll(() => folders.remove());

/** A model that R exported, as JSON. */
interface Exported {
  fields: { name: string; type: string; levels?: string[] }[];
  coefficients: { name: string; value: number; factors: unknown[] }[];
  [other: string]: unknown;
}

const fixture = (name: string): string => join(fixtures, `${name}.r-glm.json`);

/** Imports an exported model, writes it as a model folder, and loads it as a scorer would: with R's golden rows. */
async function imported(file: string, options: LoadOptions = {}): Promise<Model> {
  const folder = await folders.make();
  await writeModelFolder(folder, await importRGlm(file));
  return await loadModel(folder, options);
}

/** The file of a fixture with something changed. */
async function changed(name: string, change: (model: Exported) => void): Promise<string> {
  const model = JSON.parse(await readFile(fixture(name), 'utf8')) as Exported;
  change(model);
  const file = join(await folders.make(), 'changed.r-glm.json');
  await writeFile(file, JSON.stringify(model));
  return file;
}

async function scoresOf(model: Model, rows: readonly object[]): Promise<number[]> {
  const results = await model.score(rows);
  return results.map((result) => (result instanceof KitError ? Number.NaN : result.score));
}

describe('a model that R exported scores as R did', () => {
  it.each([
    'plain',
    'interactions',
    'aliased',
    'logical',
    'expressions',
    'polynomials',
    'poisson',
    'gaussian',
    'no-intercept',
    'gamma',
    'conditions',
    'mlc-churn',
  ])('%s, on 120 rows that it was not trained on', async (name) => {
    const { golden } = await importRGlm(fixture(name));
    const rows = golden?.rows ?? [];
    const model = await imported(fixture(name));
    const scores = await scoresOf(
      model,
      rows.map(({ input }) => input),
    );
    await model.close();
    expect(rows).toHaveLength(120);
    const differences = rows.map(({ score }, at) => Math.abs((scores[at] ?? Number.NaN) - score));
    expect(Math.max(...differences)).toBeLessThanOrEqual(1e-13);
  });

  it('and every fixture is among them', async () => {
    expect((await readdir(fixtures)).filter((name) => name.endsWith('.json'))).toHaveLength(12);
  });
});

describe('conditions and bends', () => {
  /** A model of the expression alone, with the identity for its link. */
  const scoresOfExpression = async (expression: unknown, minutes: readonly number[]): Promise<number[]> => {
    const file = await changed('plain', (model) => {
      model.fields = [{ name: 'minutes', type: 'number' }];
      Object.assign(model, { link: 'identity', family: 'gaussian', golden: [] });
      model.coefficients = [{ name: 'x', value: 1, factors: [{ number: expression }] }];
    });
    const model = await imported(file);
    const scores = await scoresOf(
      model,
      minutes.map((value) => ({ minutes: value })),
    );
    await model.close();
    return scores;
  };
  const minutes = { field: 'minutes' };

  it.each<[string, number[]]>([
    ['<', [1, 0, 0]],
    ['<=', [1, 1, 0]],
    ['>', [0, 0, 1]],
    ['>=', [0, 1, 1]],
    ['==', [0, 1, 0]],
    ['!=', [1, 0, 1]],
    ['pmin', [13, 13.1, 13.1]],
    ['pmax', [13.1, 13.1, 13.2]],
  ])('%s 13.1 below, on and above it', async (call, expected) => {
    expect(await scoresOfExpression([call, minutes, 13.1], [13, 13.1, 13.2])).toEqual(expected);
  });

  it('compare sums as doubles do: 0.1 + 0.2 is more than 0.3', async () => {
    expect(await scoresOfExpression(['>', ['+', minutes, 0.2], 0.3], [0.1])).toEqual([1]);
  });

  it.each(['<', '!=', 'pmin', 'pmax'])('have no value where an operand of %s has none, as in R', async (call) => {
    expect(await scoresOfExpression([call, ['log', minutes], 1], [-1])).toEqual([Number.NaN]);
    expect(await scoresOfExpression([call, 1, ['log', minutes]], [-1])).toEqual([Number.NaN]);
  });

  it('are shared equally by the fields that they look at', async () => {
    const file = await changed('plain', (model) => {
      const factors = [{ number: ['>', ['+', minutes, { field: 'calls' }], 100] }, { field: 'plan', level: 'gold' }];
      Object.assign(model, { coefficients: [{ name: 'x', value: 3, factors }], golden: [] });
    });
    const model = await imported(file, { reasons: true });
    const [result] = await model.score([{ plan: 'gold', area: 'east', minutes: 99, calls: 2 }]);
    await model.close();
    expect(result).toMatchObject({
      reasons: [
        { name: 'plan', contribution: 1 },
        { name: 'minutes', contribution: 1 },
        { name: 'calls', contribution: 1 },
      ],
    });
  });
});

describe('the card of a model from R', () => {
  it('has the variables of the formula as inputs, texts with their levels, and the labels of the response', async () => {
    const { card, golden } = await importRGlm(fixture('interactions'));
    expect(card).toMatchObject({
      name: 'interactions',
      task: 'binary',
      inputs: [
        { name: 'plan', type: 'string', optional: false, categories: ['plus "é"', 'basic', 'gold'] },
        { name: 'area', type: 'string', optional: false, categories: ['east', 'north', 'south'] },
        { name: 'minutes', type: 'number', optional: false },
        { name: 'calls', type: 'number', optional: false },
        { name: 'weekend', type: 'number', optional: false },
      ],
      labels: ['no', 'yes'],
      madeBy: { tool: 'R 4.2.2', algorithm: 'generalized linear model (binomial, logit)' },
    });
    expect(golden).toMatchObject({ madeBy: 'R 4.2.2', tolerance: 1e-6 });
  });

  it('names its output anew where a field has the name', async () => {
    const file = await changed('poisson', (model) => {
      const text = JSON.stringify(model).replaceAll('"field":"minutes"', '"field":"score"');
      Object.assign(model, JSON.parse(text.replaceAll('"name":"minutes"', '"name":"score"')), { golden: [] });
    });
    expect((await importRGlm(file)).card.output).toEqual({ tensor: 'score_' });
    const model = await imported(file);
    expect(await scoresOf(model, [{ plan: 'gold', score: 100 }])).toEqual([expect.any(Number)]);
    await model.close();
  });
});

describe('fields that R would not take', () => {
  const row = { plan: 'gold', area: 'south', minutes: 100, calls: 2 };

  it('are scored as the reference level where a text is not known, and counted', async () => {
    const model = await imported(fixture('plain'));
    const [unknown, reference] = await scoresOf(model, [
      { ...row, area: 'the moon' },
      { ...row, area: 'east' },
    ]);
    expect(unknown).toBe(reference);
    expect(model.unknownCategories.get('area')).toBe(1);
    await model.close();
  });

  it('are scored as the reference level where a factor of numbers has another number', async () => {
    const model = await imported(fixture('no-intercept'));
    const [unknown, reference, other] = await scoresOf(
      model,
      [1.5, 1, 2].map((stars) => ({ area: 'east', plan: 'gold', stars, calls: 3 })),
    );
    expect(unknown).toBe(reference);
    expect(unknown).not.toBe(other);
    await model.close();
  });

  it('make the row unscorable where they are missing', async () => {
    const model = await imported(fixture('plain'));
    const [result] = await model.score([{ ...row, minutes: null }]);
    await model.close();
    expect(result).toMatchObject({
      code: 'record-unscorable',
      message: expect.stringMatching(/"minutes" is missing/),
    });
  });
});

it('gives the reasons: coefficient times value, an interaction shared equally by its fields', async () => {
  const model = await imported(fixture('gaussian'), { reasons: true });
  const { coefficients } = JSON.parse(await readFile(fixture('gaussian'), 'utf8')) as Exported;
  const coefficient = (name: string): number => coefficients.find((one) => one.name === name)?.value ?? Number.NaN;
  const [result] = await model.score([{ plan: 'basic', area: 'north', minutes: 100 }]);
  await model.close();
  if (result === undefined || result instanceof KitError) throw new Error('the row has a score');
  const shared = (100 * coefficient('areanorth:minutes')) / 2;
  const contributions = Object.fromEntries((result.reasons ?? []).map((reason) => [reason.name, reason.contribution]));
  expect(contributions).toEqual({
    plan: expect.closeTo(coefficient('planbasic'), 12),
    area: expect.closeTo(coefficient('areanorth') + shared, 12),
    minutes: expect.closeTo(100 * coefficient('minutes') + shared, 12),
  });
  const sum = Object.values(contributions).reduce((one, other) => one + other, coefficient('(Intercept)'));
  expect(result.score).toBeCloseTo(sum, 12);
});

describe('a file that is not understood is refused', () => {
  it('when it is not there, is no JSON, or is something else', async () => {
    const folder = await folders.make();
    await expect(importRGlm(join(folder, 'nowhere.json'))).rejects.toMatchObject({ code: 'model-missing' });
    const file = join(folder, 'broken.json');
    await writeFile(file, '{"format": "r-glm"');
    await expect(importRGlm(file)).rejects.toMatchObject({
      code: 'model-invalid',
      message: expect.stringMatching(/broken\.json is not JSON/),
    });
    await writeFile(file, '{"format": "pickle"}');
    await expect(importRGlm(file)).rejects.toMatchObject({
      code: 'model-invalid',
      message: expect.stringMatching(/wrong at "format": .*Write it with export_glm of export-glm\.R\.$/),
    });
  });

  /** An expression of so many minus signs. */
  const deep = (depth: number): unknown => (depth === 0 ? { field: 'minutes' } : ['-', deep(depth - 1)]);
  const first = (model: Exported, factors: unknown[]): void => {
    model.coefficients = [{ name: 'x', value: 1, factors }];
  };
  it.each<[string, (model: Exported) => void, RegExp]>([
    ['a link', (model) => Object.assign(model, { link: 'cauchit' }), /wrong at "link"/],
    ['a function', (model) => first(model, [{ number: ['sin', { field: 'minutes' }] }]), /function sin of 1 arguments/],
    ['a property of all objects', (model) => first(model, [{ number: ['toString', 1] }]), /function toString/],
    ['a nested expression', (model) => first(model, [{ number: deep(60) }]), /nested deeper than 50/],
    [
      'a field',
      (model) => first(model, [{ number: { field: 'hour' } }]),
      /field "hour", which is not among its fields/,
    ],
    ['a level', (model) => first(model, [{ field: 'plan', level: 'lead' }]), /field "plan" has no level "lead"/],
    ['a text as a number', (model) => first(model, [{ number: { field: 'plan' } }]), /"plan" is a text and used as a/],
    ['a number as a text', (model) => first(model, [{ field: 'minutes', level: '1' }]), /"minutes" is categorical and/],
    ['no coefficients', (model) => first(model, []), /no coefficient but the intercept/],
    ['a coefficient of nothing', (model) => first(model, [{ number: 3 }]), /belongs to no field/],
    ['fields of one name', (model) => model.fields.push({ name: 'plan', type: 'text' }), /have the same name/],
    [
      'a table without end',
      (model) => {
        const levels = Array.from({ length: 2000 }, (_, at) => `level ${at}`);
        model.fields = ['a', 'b'].map((name) => ({ name, type: 'text', levels }));
        first(model, [
          { field: 'a', level: 'level 1' },
          { field: 'b', level: 'level 1' },
        ]);
      },
      /interaction a:b has 4000000 combinations; at most 1000000/,
    ],
    [
      'fractions as levels',
      (model) => {
        model.fields = [{ name: 'a', type: 'number', levels: ['0.333333333333333'] }];
        first(model, [{ field: 'a', level: '0.333333333333333' }]);
      },
      /level "0.333333333333333"; whole numbers are understood/,
    ],
  ])('by name: %s', async (_, change, message) => {
    const file = await changed('plain', change);
    await expect(importRGlm(file)).rejects.toMatchObject({
      code: 'model-invalid',
      message: expect.stringMatching(message),
    });
  });
});
