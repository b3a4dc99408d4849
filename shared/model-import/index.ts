export type { ImportedModel } from './imported-model.js';
export { importers } from './importers.js';
export { writeModelFolder } from './write-model-folder.js';
