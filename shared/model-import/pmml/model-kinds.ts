import { clusteringModel } from './clustering-model.js';
import { generalRegressionModel } from './general-regression-model.js';
import { miningModel } from './mining-model.js';
import type { ModelCompiler } from './model.js';
import { naiveBayesModel } from './naive-bayes-model.js';
import { neuralNetwork } from './neural-network.js';
import { regressionModel } from './regression-model.js';
import { scorecard } from './scorecard.js';
import { treeModel } from './tree-model.js';

/** The kinds of models that are understood, by the names of their elements: one file each. */
export const MODEL_KINDS: Readonly<Record<string, ModelCompiler>> = {
  ClusteringModel: clusteringModel,
  GeneralRegressionModel: generalRegressionModel,
  MiningModel: miningModel,
  NaiveBayesModel: naiveBayesModel,
  NeuralNetwork: neuralNetwork,
  RegressionModel: regressionModel,
  Scorecard: scorecard,
  TreeModel: treeModel,
};
