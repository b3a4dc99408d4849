export type { ImportedModel } from './imported-model.js';
