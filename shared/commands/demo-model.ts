import { fileURLToPath } from 'node:url';
import type { DemoBasics } from './demo-definition.js';
import type { DemoOptions } from './demo-options.js';
import { userPath } from './user-path.js';

/** The folder of the model to serve: the one asked for, otherwise the demo's own. */
export function modelFolder(definition: DemoBasics, { model }: Pick<DemoOptions, 'model'>): string {
  return model === undefined ? fileURLToPath(definition.modelFolder) : userPath(model);
}
