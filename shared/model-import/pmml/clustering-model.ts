import { type Aggregation, COMPARE_FUNCTIONS, type Comparison, distancesTo } from './cluster-distances.js';
import { SIMILARITIES, similaritiesTo } from './cluster-similarities.js';
import { asNumber } from './conversion.js';
import {
  arrayItems,
  checkShape,
  childNamed,
  childrenNamed,
  choice,
  onlyChild,
  optional,
  optionalNumber,
  parseNumber,
  refusal,
  requiredNumber,
} from './element.js';
import { fieldOf, MODEL_ATTRIBUTES, MODEL_CHILDREN, type ModelSource } from './model.js';
import type { Prediction } from './prediction.js';
import type { XmlElement } from './xml.js';

const DISTANCES: readonly string[] = ['euclidean', 'squaredEuclidean', 'chebychev', 'cityBlock', 'minkowski'];

/**
 * ClusteringModel with centers: the distance of a record to each. A similarity s is given as the distance 1 − s, so that
 * the least is the best here, too.
 */
export function clusteringModel(source: ModelSource): Prediction {
  const { element, scope, task } = source;
  checkShape(element, {
    attributes: [...MODEL_ATTRIBUTES, 'modelClass', 'numberOfClusters'],
    children: [...MODEL_CHILDREN, 'ComparisonMeasure', 'ClusteringField', 'MissingValueWeights', 'Cluster'],
  });
  choice(element, 'modelClass', ['centerBased']);
  if (task !== 'clustering') throw refusal(element, `functionName="${task}" is not understood.`);
  const { ops } = scope.compilation;
  const fields = childrenNamed(element, 'ClusteringField');
  const clusters = childrenNamed(element, 'Cluster');
  if (fields.length === 0 || clusters.length === 0) {
    throw refusal(element, `it has ${fields.length} fields and ${clusters.length} clusters; one of each is the least.`);
  }
  const written = clusters.map((cluster) => readCenter(cluster, fields.length));
  const labels = clusters.map((cluster, index) => optional(cluster, 'id') ?? String(index + 1));
  const measure = onlyChild(element, ['ComparisonMeasure']);
  checkShape(measure, {
    attributes: ['kind', 'compareFunction', 'minimum', 'maximum'],
    children: [...DISTANCES, ...SIMILARITIES],
  });
  const comparisons = fields.map((field) => readComparison(field, measure));
  const columns = fields.map((field) => asNumber(ops, fieldOf(scope, field), field));
  const values = ops.full(ops.columns(columns.map(({ tensor }) => tensor)));
  // A float field can only be the same as a float.
  const centers = written.map((center) =>
    center.map((coordinate, index) => {
      const isSame = ['delta', 'equal'].includes(comparisons[index]?.compare ?? '');
      return isSame && columns[index]?.type === 'float' ? Math.fround(coordinate) : coordinate;
    }),
  );
  const method = onlyChild(measure, [...DISTANCES, ...SIMILARITIES]);
  const kind = choice(measure, 'kind', ['distance', 'similarity']);
  if (DISTANCES.includes(method.name) !== (kind === 'distance')) {
    throw refusal(method, `this is no measure of ${kind}.`);
  }
  if (kind === 'similarity') {
    const similarities = similaritiesTo(ops, values, centers, method);
    return { kind: 'clustering', labels, distances: ops.node('Sub', [ops.number(1), similarities]) };
  }
  const missingWeights = readMissingWeights(childNamed(element, 'MissingValueWeights'), fields.length);
  const aggregation = readAggregation(method);
  return {
    kind: 'clustering',
    labels,
    distances: distancesTo(ops, { values, centers, comparisons, missingWeights, aggregation }),
  };
}

function readComparison(field: XmlElement, measure: XmlElement): Comparison {
  checkShape(field, {
    attributes: ['field', 'isCenterField', 'fieldWeight', 'similarityScale', 'compareFunction'],
  });
  // A field that is not in the centers has no coordinate there.
  choice(field, 'isCenterField', ['true'], 'true');
  const standard = choice(measure, 'compareFunction', COMPARE_FUNCTIONS, 'absDiff');
  const compare = choice(field, 'compareFunction', COMPARE_FUNCTIONS, standard);
  return {
    compare,
    weight: optionalNumber(field, 'fieldWeight') ?? 1,
    scale: compare === 'gaussSim' ? requiredNumber(field, 'similarityScale') : 1,
  };
}

function readAggregation(method: XmlElement): Aggregation {
  checkShape(method, { attributes: ['p-parameter'] });
  switch (method.name) {
    case 'euclidean':
      return { combine: 'sum', power: 2, root: true };
    case 'squaredEuclidean':
      return { combine: 'sum', power: 2, root: false };
    case 'chebychev':
      return { combine: 'max', power: 1, root: false };
    case 'minkowski':
      return { combine: 'sum', power: requiredNumber(method, 'p-parameter'), root: true };
    default:
      return { combine: 'sum', power: 1, root: false };
  }
}

function readCenter(cluster: XmlElement, fields: number): number[] {
  checkShape(cluster, {
    attributes: ['id', 'name', 'size'],
    children: ['Array', 'KohonenMap', 'Partition', 'Covariances'],
  });
  const array = onlyChild(cluster, ['Array']);
  const center = arrayItems(array).map((text) => parseNumber(array, 'a coordinate', text));
  if (center.length === fields) return center;
  throw refusal(array, `it has ${center.length} coordinates for ${fields} fields.`);
}

function readMissingWeights(element: XmlElement | undefined, fields: number): number[] {
  if (element === undefined) return Array.from({ length: fields }, () => 1);
  checkShape(element, { children: ['Array'] });
  const weights = arrayItems(onlyChild(element, ['Array'])).map((text) => parseNumber(element, 'a weight', text));
  if (weights.length === fields) return weights;
  throw refusal(element, `it has ${weights.length} weights for ${fields} fields.`);
}
