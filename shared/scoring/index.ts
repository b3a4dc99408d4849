export { type LoadOptions, loadModel, type Model } from './model.js';
export type { ModelCard, ModelInput } from './model-card.js';
