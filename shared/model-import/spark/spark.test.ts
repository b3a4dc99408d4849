import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { projectFile } from '#shared/project-file';
import { loadModel, type Model } from '#shared/scoring';
import { importSpark } from './index.js';

const fixtures = fileURLToPath(projectFile('shared/model-import/spark/fixtures'));

interface GoldenLine {
  readonly input: Record<string, unknown>;
  readonly score: number;
  readonly decision: string | null;
}

/** Imports a fixture, writes it as a model folder, and loads it as a scorer would. */
async function imported(fixture: string): Promise<Model> {
  const { graph, card } = await importSpark(join(fixtures, fixture, 'pipeline'));
  const folder = await mkdtemp(join(tmpdir(), 'spark-import-'));
  try {
    const sha256 = createHash('sha256').update(graph).digest('hex');
    await writeFile(join(folder, 'model.onnx'), graph);
    await writeFile(join(folder, 'model.json'), JSON.stringify({ ...card, sha256 }));
    return await loadModel(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function goldenOf(fixture: string): Promise<GoldenLine[]> {
  const text = await readFile(join(fixtures, fixture, 'golden.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as GoldenLine);
}

describe.each([
  'logistic-strings',
  'gbt-classifier',
  'forest-multiclass',
  'forest-binary-one-hot',
  'linear-regression',
  'tree-regressor',
  'forest-regressor',
  'gbt-regressor',
  'tree-classifier',
  'logistic-multinomial',
  'poisson-regression',
  'kmeans',
])('the Spark pipeline %s', (fixture) => {
  it('scores and decides as Spark did on every golden row', async () => {
    const golden = await goldenOf(fixture);
    const model = await imported(fixture);
    const results = await model.score(golden.map(({ input }) => input));
    await model.close();
    let worst = 0;
    for (const [at, { score, decision }] of golden.entries()) {
      const result = results[at];
      if (result === undefined || result instanceof KitError) throw result ?? new Error('no result');
      worst = Math.max(worst, Math.abs(result.score - score));
      expect({ at, decision: result.decision }).toEqual({ at, decision });
    }
    console.log(fixture, golden.length, 'largest difference', worst);
    expect(worst).toBeLessThanOrEqual(1e-6);
  });
});
