import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KitError } from '#shared/errors';
import { loadModel, type Model } from '#shared/scoring';
import type { ImportedModel } from '../imported-model.js';
import { compilePmml } from './index.js';

/** A document around elements: a data dictionary, what is derived for all models, and a model. */
export function pmml(dictionary: string, model: string, transformations = ''): string {
  const derived =
    transformations === '' ? '' : `<TransformationDictionary>${transformations}</TransformationDictionary>`;
  return `<?xml version="1.0"?>
<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header><Application name="a tool" version="1"/></Header>
<DataDictionary>${dictionary}</DataDictionary>${derived}
${model}
</PMML>`;
}

/** Imports a document, writes its model folder and loads it. */
export async function loadPmml(text: string): Promise<{ imported: ImportedModel; model: Model }> {
  const imported = compilePmml(text, 'test.pmml');
  const folder = mkdtempSync(join(tmpdir(), 'pmml-'));
  writeFileSync(join(folder, 'model.onnx'), imported.graph);
  writeFileSync(join(folder, 'model.json'), JSON.stringify(imported.card));
  return { imported, model: await loadModel(folder) };
}

/** What a document's model gives for rows: score and decision, or null where it gives nothing. */
export async function scorePmml(
  text: string,
  rows: readonly object[],
): Promise<({ score: number; decision: string | null } | null)[]> {
  const { model } = await loadPmml(text);
  const results = await model.score(rows);
  await model.close();
  return results.map((result) =>
    result instanceof KitError ? null : { score: result.score, decision: result.decision },
  );
}

/** The scores alone. */
export async function scoresOf(text: string, rows: readonly object[]): Promise<(number | null)[]> {
  return (await scorePmml(text, rows)).map((result) => result?.score ?? null);
}

/** The sentence with which a document is refused. */
export function refusalOf(text: string): string {
  try {
    compilePmml(text, 'test.pmml');
  } catch (error) {
    if (error instanceof KitError && error.code === 'model-invalid') return error.message;
    throw error;
  }
  return 'not refused';
}
