import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { projectFile } from '#shared/project-file';
import { loadModel } from '#shared/scoring';

const bytesOf = (path: string): Buffer => readFileSync(projectFile(path));
const sha256 = (...paths: string[]): string => {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(bytesOf(path));
  return hash.digest('hex');
};

interface Card {
  madeBy: { sourceSha256: string };
  threshold: number;
  quality: { auc: number; averagePrecision: number; accuracy: number; brier: number; n: number; split: string };
}
const card = JSON.parse(bytesOf('demos/churn/model/model.json').toString()) as Card;

async function scoresOf(rows: readonly object[]): Promise<number[]> {
  const model = await loadModel(fileURLToPath(projectFile('demos/churn/model')));
  const results = await model.score(rows);
  await model.close();
  return results.map((result) => (result instanceof KitError ? Number.NaN : result.score));
}

describe('the churn model', () => {
  it('was made by the committed notebook from the committed data', () => {
    const { sources } = JSON.parse(bytesOf('notebooks/churn-glm-r/notebook.json').toString()) as { sources: string[] };
    expect(card.madeBy.sourceSha256).toBe(sha256(...sources));
  });

  it('scores a thousand rows as R did, values on and a rounding beside its thresholds among them', async () => {
    const { madeBy, rows } = JSON.parse(bytesOf('demos/churn/model/golden.json').toString()) as {
      madeBy: string;
      rows: { input: Record<string, unknown>; score: number }[];
    };
    const scores = await scoresOf(rows.map(({ input }) => input));
    expect(madeBy).toMatch(/^R /);
    expect(rows).toHaveLength(1000);
    expect(rows.filter(({ input }) => input.totalIntlMinutes === 13.1).length).toBeGreaterThanOrEqual(30);
    expect(Math.max(...rows.map(({ score }, at) => Math.abs((scores[at] ?? Number.NaN) - score)))).toBeLessThan(1e-12);
  });
});

describe('the quality of the churn model on the customers that it never saw', () => {
  let left: boolean[];
  let scores: number[];

  beforeAll(async () => {
    const customers = parse<Record<string, string>>(bytesOf('datasets/churn/mlc-churn.csv'), { columns: true });
    const heldOut = customers.filter(({ split }) => split === 'test');
    left = heldOut.map(({ churn }) => churn === 'yes');
    scores = await scoresOf(heldOut.map((row) => withNumbers(row)));
  });

  it('is what its card says', () => {
    const { threshold, quality } = card;
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(quality.n).toBe(left.length);
    expect(quality.auc).toBeCloseTo(areaUnderRoc(left, scores), 4);
    expect(quality.averagePrecision).toBeCloseTo(averagePrecision(left, scores), 4);
    expect(quality.accuracy).toBeCloseTo(mean(scores.map((score, at) => Number(score >= threshold === left[at]))), 4);
    expect(quality.brier).toBeCloseTo(mean(scores.map((score, at) => (score - Number(left[at])) ** 2)), 4);
  });

  it('reaches an AUC of .915 on 1,667 customers, 224 of whom left', () => {
    expect(left).toHaveLength(1667);
    expect(left.filter(Boolean)).toHaveLength(224);
    expect(areaUnderRoc(left, scores)).toBeGreaterThanOrEqual(0.915);
    expect(card.quality.split).toMatch(/original test part/);
  });
});

describe('the churn data', () => {
  it('are the ones of the checksum', () => {
    const [expected, name] = bytesOf('datasets/churn/SHA256SUMS').toString().trim().split(/\s+/);
    expect(sha256(`datasets/churn/${name}`)).toBe(expected);
  });
});

/** A row of the file as a record: what looks like a number is one. */
function withNumbers(row: Record<string, string>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(row).map(([name, text]) => [name, /^[\d.]+$/.test(text) ? Number(text) : text]),
  );
}

/** How often one who left has the higher score than one who stayed; equal scores count half. */
function areaUnderRoc(left: readonly boolean[], scores: readonly number[]): number {
  const of = (who: boolean): number[] => scores.filter((_, at) => left[at] === who);
  const stayed = of(false);
  const wins = of(true).flatMap((high) => stayed.map((low) => (high > low ? 1 : high === low ? 0.5 : 0)));
  return wins.reduce<number>((sum, win) => sum + win, 0) / wins.length;
}

/** The mean precision at each score from which on more are found, weighted by how many more. */
function averagePrecision(left: readonly boolean[], scores: readonly number[]): number {
  const total = left.filter(Boolean).length;
  let found = 0;
  let sum = 0;
  for (const from of [...new Set(scores)].sort((one, other) => other - one)) {
    const called = left.filter((_, at) => (scores[at] ?? 0) >= from);
    const foundNow = called.filter(Boolean).length;
    sum += ((foundNow - found) / total) * (foundNow / called.length);
    found = foundNow;
  }
  return sum;
}
