import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { exactAuc } from '#shared/monitoring';
import { outdatedModels, readNotebooks } from '#shared/notebooks';
import { projectFile } from '#shared/project-file';
import { loadModel, type Model, type ModelRow } from '#shared/scoring';

interface Golden {
  readonly madeBy: string;
  readonly tolerance: number;
  readonly rows: readonly { readonly input: Readonly<Record<string, unknown>>; readonly score: number }[];
}

const root = fileURLToPath(projectFile(''));
const text = (path: string): string => readFileSync(projectFile(path), 'utf8');

const passengers = parse<Record<string, string>>(text('datasets/titanic/passengers.csv'), { columns: true }).map(
  (row) => ({
    name: row.name ?? '',
    title: row.title,
    sex: row.sex,
    passengerClass: row.passengerClass,
    age: row.age === '' ? null : Number(row.age),
    siblingsSpouses: Number(row.siblingsSpouses),
    parentsChildren: Number(row.parentsChildren),
    survived: row.survived === '1',
    heldOut: row.heldOut === '1',
  }),
);
const heldOut = passengers.filter((passenger) => passenger.heldOut);
const survived = heldOut.map((passenger) => passenger.survived);

/** What every model has to beat. */
const womenSurvive = heldOut.map(({ sex }) => sex === 'female');

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const accuracy = (decided: readonly boolean[]): number => mean(decided.map((is, at) => Number(is === survived[at])));

function scored(rows: readonly (ModelRow | KitError)[]): ModelRow[] {
  return rows.map((row) => {
    if (row instanceof KitError) throw row;
    return row;
  });
}

const alice = {
  title: 'Miss',
  sex: 'female',
  passengerClass: '1st',
  age: 29,
  siblingsSpouses: 0,
  parentsChildren: 0,
};

/** What stands between the first comma of a name and the next full stop, as the README of the data has it. */
function titleOf(name: string): string {
  const found = /,([^.]*)\./.exec(name)?.[1]?.trim() ?? '';
  if (['Mr', 'Mrs', 'Miss', 'Master'].includes(found)) return found;
  if (found === 'Mme') return 'Mrs';
  return found === 'Mlle' || found === 'Ms' ? 'Miss' : 'Other';
}

it('has the titles of the data from the names by one sentence, which a stream can follow', () => {
  expect(passengers.map(({ name }) => titleOf(name))).toEqual(passengers.map(({ title }) => title));
});

it('was made, champion and challenger, by the committed notebook from the committed data', async () => {
  const notebook = (await readNotebooks(root)).find(({ name }) => name === 'titanic-pmml-rnn');
  expect(notebook?.models).toEqual(['demos/titanic/model', 'demos/titanic/challenger']);
  expect(notebook && (await outdatedModels(root, notebook))).toEqual([]);
});

describe.each([
  { folder: 'model', tool: 'scikit-learn', tolerance: 1e-12 },
  { folder: 'challenger', tool: 'Keras', tolerance: 2e-6 },
])('the $folder of the Titanic', ({ folder, tool, tolerance }) => {
  let model: Model;
  let scores: readonly ModelRow[];
  const notices: string[] = [];

  beforeAll(async () => {
    model = await loadModel(fileURLToPath(projectFile(`demos/titanic/${folder}`)), {
      onNotice: (sentence) => notices.push(sentence),
    });
    scores = scored(await model.score(heldOut));
  });
  afterAll(() => model.close());

  it('loads with nothing left unchecked', () => {
    expect(notices).toEqual([]);
    expect(model.card.labels).toEqual(['died', 'survived']);
    expect(model.card.inputs.map(({ name }) => name)).toEqual([
      'title',
      'sex',
      'passengerClass',
      'age',
      'siblingsSpouses',
      'parentsChildren',
    ]);
  });

  it('scores a thousand rows as its tool did, ages on the limit of childhood, large families, unknown titles among them', async () => {
    const { madeBy, rows }: Golden = JSON.parse(text(`demos/titanic/${folder}/golden.json`));
    expect(madeBy).toMatch(new RegExp(`^${tool}`));
    expect(rows).toHaveLength(1000);
    for (const [field, value] of Object.entries({ age: 14, title: 'Baron', siblingsSpouses: 4 })) {
      expect(rows.filter(({ input }) => input[field] === value).length, field).toBeGreaterThanOrEqual(5);
    }
    expect(rows.filter(({ input }) => (input.age ?? null) === null).length).toBeGreaterThanOrEqual(100);
    const found = scored(await model.score(rows.map(({ input }) => input)));
    expect(Math.max(...found.map(({ score }, at) => Math.abs(score - (rows[at]?.score ?? Number.NaN))))).toBeLessThan(
      tolerance,
    );
  });

  it('has the quality of its card on the passengers that it never saw, and ranks them better than their sex does', () => {
    const { quality, threshold } = model.card;
    const decided = scores.map(({ decision }) => decision === 'survived');
    expect(threshold).toBe(0.5);
    expect(quality).toMatchObject({ n: heldOut.length, split: expect.stringMatching(/party/) });
    expect(accuracy(decided)).toBeCloseTo(Number(quality?.accuracy), 4);
    const auc = exactAuc(
      scores.map(({ score }) => score),
      survived,
    );
    expect(auc).toBeCloseTo(Number(quality?.auc), 4);
    expect(auc).toBeGreaterThan(exactAuc(womenSurvive.map(Number), survived) ?? Number.NaN);
    expect(mean(scores.map(({ score }, at) => (score - Number(survived[at])) ** 2))).toBeCloseTo(
      Number(quality?.brier),
      4,
    );
  });

  it('takes a title that nobody had for Other, and a fraction of a year for nothing', async () => {
    const [other, unknown, whole, fraction] = scored(
      await model.score([
        { ...alice, title: 'Other' },
        { ...alice, title: 'Other', age: 29.9 },
        { ...alice, age: 40 },
        { ...alice, age: 40.75 },
      ]),
    );
    expect(unknown?.score).toBe(other?.score);
    expect(fraction?.score).toBe(whole?.score);
  });

  it('refuses a passenger whose class is not told', async () => {
    const { passengerClass: _, ...withoutClass } = alice;
    const [refused] = await model.score([withoutClass]);
    expect(refused).toBeInstanceOf(KitError);
    expect(refused).toMatchObject({ code: 'record-unscorable', message: expect.stringContaining('passengerClass') });
  });
});

describe('the champion', () => {
  it('decides more of the passengers that it never saw rightly than their sex does, and more than the challenger', () => {
    const accuracyOf = (folder: string): number =>
      JSON.parse(text(`demos/titanic/${folder}/model.json`)).quality.accuracy;
    expect(accuracyOf('model')).toBeGreaterThanOrEqual(0.82);
    expect(accuracyOf('model')).toBeGreaterThan(accuracy(womenSurvive));
    expect(accuracyOf('model')).toBeGreaterThan(accuracyOf('challenger'));
  });

  it('refuses a sex that no passenger had', async () => {
    const model = await loadModel(fileURLToPath(projectFile('demos/titanic/model')));
    const [refused] = await model.score([{ ...alice, sex: 'unknown' }]);
    await model.close();
    expect(refused).toMatchObject({
      code: 'record-unscorable',
      message: expect.stringMatching(/gave no number .*: its "sex" is "unknown", which is none of female, male\.$/),
    });
  });
});
