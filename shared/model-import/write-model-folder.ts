import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImportedModel } from './imported-model.js';

/** Writes an imported model as a model folder: the graph, the card with the graph's hash, golden rows where there are any. */
export async function writeModelFolder(folder: string, { graph, card, golden }: ImportedModel): Promise<void> {
  await mkdir(folder, { recursive: true });
  const sha256 = createHash('sha256').update(graph).digest('hex');
  await writeFile(join(folder, 'model.onnx'), graph);
  await writeFile(join(folder, 'model.json'), `${JSON.stringify({ ...card, sha256 }, undefined, 2)}\n`);
  // What another model was scored with does not stay beside this one.
  if (golden === undefined) await rm(join(folder, 'golden.json'), { force: true });
  else await writeFile(join(folder, 'golden.json'), goldenText(golden));
}

/** One row a line, so that a version control shows which rows changed. */
function goldenText({ rows, ...head }: NonNullable<ImportedModel['golden']>): string {
  const lines = rows.map((row) => `    ${JSON.stringify(row)}`);
  return `${JSON.stringify(head, undefined, 2).slice(0, -2)},\n  "rows": [\n${lines.join(',\n')}\n  ]\n}\n`;
}
