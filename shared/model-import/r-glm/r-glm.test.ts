import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { projectFile } from '#shared/project-file';
import { loadModel, type Model } from '#shared/scoring';
import { importRGlm } from './index.js';

const fixtures = fileURLToPath(projectFile('shared/model-import/r-glm/fixtures'));

/** Imports a fixture, writes it as a model folder, and loads it as a scorer would: with R's golden rows. */
async function imported(file: string): Promise<Model> {
  const { graph, card, golden } = await importRGlm(file);
  const folder = await mkdtemp(join(tmpdir(), 'r-glm-import-'));
  try {
    const sha256 = createHash('sha256').update(graph).digest('hex');
    await writeFile(join(folder, 'model.onnx'), graph);
    await writeFile(join(folder, 'model.json'), JSON.stringify({ ...card, sha256 }));
    await writeFile(join(folder, 'golden.json'), JSON.stringify(golden));
    return await loadModel(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
const names = (await readdir(fixtures)).filter((name) => name.endsWith('.json'));
describe.each(names)('the R model %s', (name) => {
  it('scores as R did on every golden row', async () => {
    const { golden, graph } = await importRGlm(join(fixtures, name));
    const model = await imported(join(fixtures, name));
    const rows = golden?.rows ?? [];
    const results = await model.score(rows.map(({ input }) => input));
    await model.close();
    let worst = 0;
    for (const [at, { score }] of rows.entries()) {
      const result = results[at];
      if (result === undefined || result instanceof KitError) throw result ?? new Error('no result');
      worst = Math.max(worst, Math.abs(result.score - score));
    }
    console.log(name, rows.length, 'largest difference', worst, graph.length);
    expect(worst).toBeLessThanOrEqual(1e-6);
  });
});
