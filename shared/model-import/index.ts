export type { ImportedModel } from './imported-model.js';
export { importRGlm } from './r-glm/index.js';
export { importSpark } from './spark/index.js';
export { writeModelFolder } from './write-model-folder.js';
