export { type Notebook, readNotebooks } from './notebook.js';
export { outdatedModels } from './provenance.js';
export { type MadeModel, runNotebook } from './run-notebook.js';
