export type { GoldenRow } from './golden.js';
export { type LoadOptions, loadModel, type Model, readModelCard } from './model.js';
export type { ModelCard, ModelInput } from './model-card.js';
