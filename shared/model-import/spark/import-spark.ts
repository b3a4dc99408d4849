import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { KitError } from '#shared/errors';
import type { ImportedModel } from '../imported-model.js';
import { kMeans } from './k-means.js';
import { generalizedLinearRegression, linearRegression, logisticRegression } from './linear-models.js';
import { bucketizer, imputer, minMaxScaler, standardScaler, vectorAssembler } from './number-stages.js';
import { PipelineGraph } from './pipeline-graph.js';
import type { Prediction } from './predictor.js';
import { SavedStage } from './saved-stage.js';
import { indexerLabels, oneHotEncoder, stringIndexer } from './string-stages.js';
import { boostedClassifier, classificationTrees, regressionTrees } from './tree-models.js';

type Transformer = (stage: SavedStage, graph: PipelineGraph) => Promise<void>;
type Predictor = (stage: SavedStage, graph: PipelineGraph) => Promise<Prediction>;

const TRANSFORMERS: Readonly<Record<string, Transformer>> = {
  StringIndexerModel: stringIndexer,
  OneHotEncoderModel: oneHotEncoder,
  VectorAssembler: vectorAssembler,
  ImputerModel: imputer,
  StandardScalerModel: standardScaler,
  MinMaxScalerModel: minMaxScaler,
  Bucketizer: bucketizer,
};

const PREDICTORS: Readonly<Record<string, Predictor>> = {
  LogisticRegressionModel: logisticRegression,
  LinearRegressionModel: linearRegression,
  GeneralizedLinearRegressionModel: generalizedLinearRegression,
  DecisionTreeClassificationModel: classificationTrees,
  RandomForestClassificationModel: classificationTrees,
  GBTClassificationModel: boostedClassifier,
  DecisionTreeRegressionModel: regressionTrees,
  RandomForestRegressionModel: regressionTrees,
  GBTRegressionModel: regressionTrees,
  KMeansModel: kMeans,
};

/** Models that wrap the one that was best in cross-validation. */
const TUNED = new Set(['CrossValidatorModel', 'TrainValidationSplitModel']);

/**
 * Makes a model of the folder that Spark ML's `PipelineModel.save` wrote. The record's fields are the columns that no stage
 * makes and that the prediction needs.
 * @throws KitError 'model-missing' where files are not there, 'model-invalid' naming the stage that is not understood.
 */
export async function importSpark(folder: string): Promise<ImportedModel> {
  const saved = await SavedStage.open(folder);
  const stages = await stagesOf(saved);
  const name = basename(resolve(folder));
  const graph = new PipelineGraph(name);
  let predictor: { readonly stage: SavedStage; readonly predict: Predictor } | undefined;
  const labels = new Map<string, readonly string[]>();
  for (const stage of stages) {
    const predict = PREDICTORS[stage.kind];
    if (predict !== undefined) {
      if (predictor !== undefined)
        throw stage.refusal(`the pipeline has another model before it, ${predictor.stage.kind}; one is right`);
      predictor = { stage, predict };
    } else if (stage.kind === 'IndexToString') {
      if (stage.parameters.has('labels'))
        labels.set(stage.parameters.text('inputCol'), stage.parameters.texts('labels'));
    } else {
      const transformer = TRANSFORMERS[stage.kind];
      if (transformer === undefined) {
        const known = [...Object.keys(TRANSFORMERS), ...Object.keys(PREDICTORS), 'IndexToString'];
        throw stage.refusal(`its class is not understood; understood are ${known.join(', ')}`);
      }
      if (predictor !== undefined)
        throw stage.refusal(`it comes after the model ${predictor.stage.kind}, where only IndexToString is understood`);
      if (stage.kind === 'StringIndexerModel') {
        for (const [column, known] of await indexerLabels(stage)) labels.set(column, withUnknown(stage, known));
      }
      await transformer(stage, graph);
    }
  }
  if (predictor === undefined) throw saved.refusal('it has no model among its stages');
  const prediction = await predictor.predict(predictor.stage, graph);
  return {
    graph: graph.builder.toBytes(),
    card: {
      name,
      version: '1',
      description: `Imported from Spark ML: ${stages.map(({ kind }) => kind).join(', ')}.`,
      inputs: graph.inputs(),
      ...prediction.card,
      ...labelsOf(predictor.stage, prediction, labels),
      madeBy: { tool: `Spark ML ${saved.sparkVersion}`, algorithm: prediction.algorithm },
    },
  };
}

/** With handleInvalid "keep" there is one class more, for labels that training did not know. */
function withUnknown(stage: SavedStage, labels: readonly string[]): readonly string[] {
  return stage.parameters.handleInvalid() === 'keep' ? [...labels, '__unknown'] : labels;
}

/** The names of the classes: what IndexToString makes of the prediction, or else the label's own indexer. */
function labelsOf(
  { parameters }: SavedStage,
  { classes, card }: Prediction,
  labels: ReadonlyMap<string, readonly string[]>,
): { labels?: string[] } {
  if (classes === undefined) return {};
  const named =
    labels.get(parameters.text('predictionCol', 'prediction')) ??
    (parameters.has('labelCol') ? labels.get(parameters.text('labelCol')) : undefined);
  if (named?.length === classes) return { labels: [...named] };
  return card.task === 'clustering' ? { labels: Array.from({ length: classes }, (_, at) => String(at)) } : {};
}

async function stagesOf(stage: SavedStage): Promise<SavedStage[]> {
  if (TUNED.has(stage.kind)) return stagesOf(await SavedStage.open(join(stage.folder, 'bestModel')));
  if (stage.kind !== 'PipelineModel') return [stage];
  const folders = await stageFolders(stage);
  const stages: SavedStage[] = [];
  for (const uid of stage.parameters.texts('stageUids')) {
    const folder = folders.get(uid);
    if (folder === undefined) {
      throw new KitError(
        'model-missing',
        `${stage.title} names the stage ${uid}, which is not in ${join(stage.folder, 'stages')}; copy the saved model whole.`,
      );
    }
    stages.push(...(await stagesOf(await SavedStage.open(folder))));
  }
  return stages;
}

/** Folders of stages by uid: Spark calls them `<number>_<uid>`. */
async function stageFolders(stage: SavedStage): Promise<Map<string, string>> {
  const folder = join(stage.folder, 'stages');
  try {
    const names = await readdir(folder);
    return new Map(names.map((name) => [name.replace(/^\d+_/, ''), join(folder, name)]));
  } catch (error) {
    throw KitError.from(error, 'model-missing', `Reading the stages of the Spark pipeline ${stage.folder}`);
  }
}
