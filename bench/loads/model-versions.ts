import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';
import { type ModelFiles, readModelFolder } from '#shared/scoring';

export const modelReference = { demo: 'flight-delay', role: 'champion' } as const;
export const modelFolder = fileURLToPath(projectFile('demos/flight-delay/model'));

/** The demo's model under another version. */
export async function modelVersion(version: string): Promise<ModelFiles> {
  const original = await readModelFolder(modelFolder);
  return { ...original, card: JSON.stringify({ ...(JSON.parse(original.card) as object), version }) };
}
