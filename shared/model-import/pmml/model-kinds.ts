import { generalRegressionModel } from './general-regression-model.js';
import { miningModel } from './mining-model.js';
import type { ModelCompiler } from './model.js';
import { regressionModel } from './regression-model.js';
import { treeModel } from './tree-model.js';

/** The kinds of models that are understood, by the names of their elements: one file each. */
export const MODEL_KINDS: Readonly<Record<string, ModelCompiler>> = {
  GeneralRegressionModel: generalRegressionModel,
  MiningModel: miningModel,
  RegressionModel: regressionModel,
  TreeModel: treeModel,
};
