export { type Notebook, readNotebooks } from './notebook.js';
export { outdatedModels, sourceSha256 } from './provenance.js';
export { type MadeModel, runNotebook } from './run-notebook.js';
