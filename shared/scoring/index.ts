export type { GoldenRow } from './golden.js';
export type { OutputValue } from './graph-outputs.js';
export { type LoadOptions, loadModel, loadModelFiles, readModelCard } from './load-model.js';
export type { Batching, Model, ModelRow } from './model.js';
export type { ModelCard, ModelInput } from './model-card.js';
export { type ModelFiles, readModelFolder } from './model-folder.js';
