import { row, toDouble } from './double-nodes.js';
import type { Column, PipelineGraph } from './pipeline-graph.js';
import type { Split, Tree } from './saved-trees.js';

/** What a leaf adds to each target of the ensemble. */
export type LeafWeights = (
  leaf: { prediction: number; statistics: readonly number[] },
  tree: Tree,
) => readonly number[];

/**
 * The sums over trees, as float [N, targets]. Thresholds and features are doubles, so that `x ≤ t` is decided as Spark
 * does it: ONNX's own default, float32, sends values next to a threshold the other way. NaN goes right, as in Spark.
 */
export function treeEnsemble(
  graph: PipelineGraph,
  features: Column,
  trees: readonly Tree[],
  targets: number,
  weightsOf: LeafWeights,
): string {
  const { builder } = graph;
  const sets = new CategorySets(trees, features.width);
  const nodes = {
    treeIds: [] as number[],
    nodeIds: [] as number[],
    features: [] as number[],
    modes: [] as string[],
    values: [] as number[],
    trueIds: [] as number[],
    falseIds: [] as number[],
    trainingRows: [] as number[],
  };
  const leaves = { treeIds: [] as number[], nodeIds: [] as number[], targets: [] as number[], weights: [] as number[] };
  for (const [treeId, tree] of trees.entries()) {
    for (const [nodeId, node] of tree.nodes.entries()) {
      nodes.treeIds.push(treeId);
      nodes.nodeIds.push(nodeId);
      nodes.trainingRows.push(node.trainingRows);
      if ('split' in node) {
        const { feature, threshold, trueGoesLeft } = sets.branch(node.split);
        nodes.features.push(feature);
        nodes.modes.push('BRANCH_LEQ');
        nodes.values.push(threshold);
        nodes.trueIds.push(trueGoesLeft ? node.left : node.right);
        nodes.falseIds.push(trueGoesLeft ? node.right : node.left);
        continue;
      }
      nodes.features.push(0);
      nodes.modes.push('LEAF');
      nodes.values.push(0);
      nodes.trueIds.push(0);
      nodes.falseIds.push(0);
      for (const [target, weight] of weightsOf(node, tree).entries()) {
        leaves.treeIds.push(treeId);
        leaves.nodeIds.push(nodeId);
        leaves.targets.push(target);
        leaves.weights.push(weight);
      }
    }
  }
  const doubles = (values: readonly number[]) => ({ type: 'double', shape: [values.length], values }) as const;
  return builder.node(
    'TreeEnsembleRegressor',
    [sets.addTo(graph, features)],
    {
      n_targets: { int: targets },
      aggregate_function: { string: 'SUM' },
      post_transform: { string: 'NONE' },
      nodes_treeids: { ints: nodes.treeIds },
      nodes_nodeids: { ints: nodes.nodeIds },
      nodes_featureids: { ints: nodes.features },
      nodes_modes: { strings: nodes.modes },
      nodes_values_as_tensor: { tensor: doubles(nodes.values) },
      nodes_truenodeids: { ints: nodes.trueIds },
      nodes_falsenodeids: { ints: nodes.falseIds },
      // Not for the score: explanations weigh the ways through a tree by them.
      ...(nodes.trainingRows.every((rows) => rows > 0) && { nodes_hitrates: { floats: nodes.trainingRows } }),
      target_treeids: { ints: leaves.treeIds },
      target_nodeids: { ints: leaves.nodeIds },
      target_ids: { ints: leaves.targets },
      target_weights_as_tensor: { tensor: doubles(leaves.weights) },
    },
    { domain: 'ai.onnx.ml' },
  );
}

interface Branch {
  readonly feature: number;
  readonly threshold: number;
  readonly trueGoesLeft: boolean;
}

/** The sets of categories that trees split by: each becomes a feature of its own, 1 where the value is in the set. */
class CategorySets {
  /** By feature: the sets, and the number of the feature that says "is in it". */
  readonly #sets = new Map<number, Map<string, { readonly categories: readonly number[]; column: number }>>();

  constructor(trees: readonly Tree[], width: number) {
    for (const { nodes } of trees) {
      for (const node of nodes) {
        if (!('split' in node) || 'threshold' in node.split) continue;
        const { feature, categories } = node.split;
        const sets = this.#sets.get(feature) ?? new Map();
        this.#sets.set(feature, sets.set(categories.join(), { categories, column: -1 }));
      }
    }
    let column = width;
    for (const sets of this.#sets.values()) {
      for (const set of sets.values()) set.column = column++;
    }
  }

  branch(split: Split): Branch {
    if ('threshold' in split) return { feature: split.feature, threshold: split.threshold, trueGoesLeft: true };
    const column = this.#sets.get(split.feature)?.get(split.categories.join())?.column ?? -1;
    return { feature: column, threshold: 0.5, trueGoesLeft: !split.inSetGoesLeft };
  }

  /** The features with those of the sets after them. */
  addTo({ builder }: PipelineGraph, features: Column): string {
    const columns = [features.value];
    for (const [feature, sets] of this.#sets) {
      const categories = [...new Set([...sets.values()].flatMap((set) => set.categories))].sort((a, b) => a - b);
      const value = builder.node('Gather', [features.value, builder.constant('int64', [feature], [1])], {
        axis: { int: 1 },
      });
      const is = toDouble(builder, builder.node('Equal', [value, row(builder, categories)]));
      const isIn = categories.flatMap((category) =>
        [...sets.values()].map((set) => (set.categories.includes(category) ? 1 : 0)),
      );
      columns.push(builder.node('MatMul', [is, builder.constant('double', isIn, [categories.length, sets.size])]));
    }
    return columns.length === 1 ? features.value : builder.node('Concat', columns, { axis: { int: 1 } });
  }
}
