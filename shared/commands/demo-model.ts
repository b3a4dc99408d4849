import { fileURLToPath } from 'node:url';
import { type ModelCard, readModelCard } from '#shared/scoring';
import type { DemoBasics } from './demo-definition.js';
import type { DemoOptions } from './demo-options.js';
import { userPath } from './user-path.js';

/** The folder of the model to serve: the one asked for, otherwise the demo's own. */
export function modelFolder(definition: DemoBasics, { model }: Pick<DemoOptions, 'model'>): string {
  return model === undefined ? fileURLToPath(definition.modelFolder) : userPath(model);
}

/**
 * The cards of the models that come with a demo, or that its options ask for.
 * @throws KitError 'model-missing' or 'model-invalid'.
 */
export async function ownCards(
  definition: DemoBasics,
  options: Pick<DemoOptions, 'model'>,
): Promise<{ readonly champion: ModelCard; readonly challenger?: ModelCard }> {
  const champion = await readModelCard(modelFolder(definition, options));
  const { challengerFolder } = definition;
  if (challengerFolder === undefined) return { champion };
  return { champion, challenger: await readModelCard(fileURLToPath(challengerFolder)) };
}

/** The folders of the models that come with a demo, or that its options ask for. */
export function ownFolders(definition: DemoBasics, options: Pick<DemoOptions, 'model'>): string[] {
  const { challengerFolder } = definition;
  return [
    modelFolder(definition, options),
    ...(challengerFolder === undefined ? [] : [fileURLToPath(challengerFolder)]),
  ];
}
