import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { exactAuc } from '#shared/monitoring';
import { projectFile } from '#shared/project-file';
import { loadModel } from '#shared/scoring';
import { committedFlights } from './committed-inputs.js';
import { DELAYED_FROM_MINUTES } from './topics.js';

const json = <T>(path: string): T => JSON.parse(readFileSync(projectFile(path), 'utf8')) as T;
const card = json<{
  threshold: number;
  quality: { auc: number; accuracy: number; brier: number; n: number; split: string };
  madeBy: { sourceSha256: string };
}>('demos/flight-delay/model/model.json');

describe('the flight-delay model', () => {
  it('was made by the committed notebook from the committed data', () => {
    const { sources } = json<{ sources: readonly string[] }>('notebooks/flight-delay-gbm-h2o/notebook.json');
    const hash = createHash('sha256');
    for (const path of sources) hash.update(readFileSync(projectFile(path)));
    expect(card.madeBy.sourceSha256).toBe(hash.digest('hex'));
  });

  it('is worth on the committed quarter, which it never saw, what its card says: an AUC of .70 and more', async () => {
    const model = await loadModel(fileURLToPath(projectFile('demos/flight-delay/model')));
    const landed = committedFlights().filter(({ row }) => row('arrivalDelay') !== '');
    const late = landed.map(({ row }) => Number(row('arrivalDelay')) >= DELAYED_FROM_MINUTES);
    const scores: number[] = [];
    for (let from = 0; from < landed.length; from += 1_000) {
      const scored = await model.score(landed.slice(from, from + 1_000).map(({ inputs }) => inputs));
      for (const row of scored) scores.push(row instanceof KitError ? Number.NaN : row.score);
    }
    await model.close();
    const mean = (of: (score: number, late: boolean) => number): number =>
      scores.reduce((sum, score, at) => sum + of(score, late[at] === true), 0) / scores.length;
    const { quality, threshold } = card;
    expect(scores).toHaveLength(quality.n);
    expect(quality.split).toMatch(/^by time/);
    expect(quality.auc).toBeGreaterThanOrEqual(0.7);
    expect(exactAuc(scores, late)).toBeCloseTo(quality.auc, 3);
    expect(mean((score, isLate) => Number(score >= threshold === isLate))).toBeCloseTo(quality.accuracy, 3);
    expect(mean((score, isLate) => (score - Number(isLate)) ** 2)).toBeCloseTo(quality.brier, 3);
  }, 60_000);
});

describe('the data', () => {
  it('are the ones of the checksum', () => {
    const [expected, name] = readFileSync(projectFile('datasets/nycflights/SHA256SUMS'), 'utf8').trim().split(/\s+/);
    const bytes = readFileSync(projectFile(`datasets/nycflights/${name}`));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(expected);
  });
});
