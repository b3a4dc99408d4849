import { checkShape, refusal } from './element.js';
import { forest } from './forest.js';
import { chooseValue } from './functions.js';
import { type CompiledModel, labelsInOrder, MODEL_ATTRIBUTES, MODEL_CHILDREN, type ModelSource } from './model.js';
import { outputsOf } from './output.js';
import { predicate } from './predicate.js';
import { type Classification, inOrder, type Prediction } from './prediction.js';
import { aggregateClasses, aggregateNumbers } from './segment-aggregates.js';
import type { SegmentResult } from './segment-counts.js';
import { readSegmentation, type Segmentation } from './segments.js';

/** MiningModel: several models, of which one is chosen, all are joined, or each goes on with what those before it gave. */
export function miningModel(source: ModelSource): Prediction {
  const { element, task } = source;
  checkShape(element, { attributes: MODEL_ATTRIBUTES, children: [...MODEL_CHILDREN, 'Segmentation'] });
  const segmentation = readSegmentation(element);
  if (segmentation.method === 'modelChain') return modelChain(source, segmentation);
  const trees = forest(source, segmentation);
  if (trees !== undefined) return trees;
  const compiled = segmentation.segments.map(({ model }) => source.compile(model));
  for (const { element: inner, prediction } of compiled) {
    if (prediction.kind !== task) throw refusal(inner, `it is a ${prediction.kind} inside a ${task}.`);
  }
  if (task === 'regression') return regression(source, segmentation, compiled);
  if (task === 'classification') return classification(source, segmentation, compiled);
  throw refusal(element, `functionName="${task}" is not understood.`);
}

/** Later models see the outputs of earlier ones; the last gives the prediction. */
function modelChain(source: ModelSource, { segments, element }: Segmentation): Prediction {
  const { scope } = source;
  let last: CompiledModel | undefined;
  for (const { condition, model } of segments) {
    const isLast = model === segments.at(-1)?.model;
    if (isLast && condition.name !== 'True') throw refusal(condition, 'the last model of a chain must always be used.');
    const compiled = source.compile(model);
    last = compiled;
    for (const [name, make] of outputsOf(compiled)) {
      scope.declare(name, () => {
        if (condition.name === 'True') return make();
        return chooseValue(scope, predicate(condition, scope), make(), undefined, condition);
      });
    }
  }
  if (last === undefined) throw refusal(element, 'it has no segment.');
  return last.prediction;
}

function regression(source: ModelSource, segmentation: Segmentation, compiled: readonly CompiledModel[]): Prediction {
  const results = compiled.map(({ prediction }, index) =>
    result(source, segmentation, index, prediction.kind === 'regression' ? prediction.value : ''),
  );
  return { kind: 'regression', value: aggregateNumbers(source.scope.compilation.ops, segmentation, results) };
}

function classification(
  source: ModelSource,
  segmentation: Segmentation,
  compiled: readonly CompiledModel[],
): Prediction {
  const { ops } = source.scope.compilation;
  const predictions = compiled.map(({ prediction }) => prediction).filter((each) => each.kind === 'classification');
  const labels = labelsInOrder(
    source,
    predictions.flatMap((each) => each.labels),
  );
  const aligned = predictions.map((each): Classification => {
    return { ...each, labels, probabilities: inOrder(ops, each.probabilities, each.labels, labels) };
  });
  const results = aligned.map((each, index) => ({
    ...result(source, segmentation, index, each.probabilities),
    classification: each,
  }));
  return { kind: 'classification', labels, ...aggregateClasses(ops, segmentation, results) };
}

function result({ scope }: ModelSource, { segments }: Segmentation, index: number, value: string): SegmentResult {
  const segment = segments[index];
  const condition = segment?.condition;
  const active = condition === undefined || condition.name === 'True' ? undefined : predicate(condition, scope).isTrue;
  return { value, active, weight: segment?.weight ?? 1 };
}
