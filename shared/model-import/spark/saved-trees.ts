import { z } from 'zod';
import type { SavedStage } from './saved-stage.js';

/** Where a split sends a row: by a threshold, or by the set of categories that a feature's value is in. */
export type Split = { readonly feature: number } & (
  | { readonly threshold: number }
  | { readonly categories: readonly number[]; readonly inSetGoesLeft: boolean }
);

type TreeNode = { readonly trainingRows: number } & (
  | { readonly prediction: number; readonly statistics: readonly number[] }
  | { readonly split: Split; readonly left: number; readonly right: number }
);

/** Nodes in Spark's order, the root first: a node's children come after it. */
export interface Tree {
  readonly nodes: readonly TreeNode[];
  readonly weight: number;
}

const nodeRow = z.object({
  id: z.number().int(),
  prediction: z.number(),
  impurityStats: z.array(z.number()),
  // Spark 2 did not save it, and Spark 3 says -1 of what Spark 2 saved.
  rawCount: z
    .union([z.number(), z.bigint()])
    .nullish()
    .transform((rows) => Number(rows ?? -1)),
  leftChild: z.number().int(),
  rightChild: z.number().int(),
  split: z.object({
    featureIndex: z.number().int(),
    leftCategoriesOrThreshold: z.array(z.number()),
    numCategories: z.number().int(),
  }),
});
type NodeRow = z.infer<typeof nodeRow>;
// Newer versions of Spark save tuples, older ones named columns.
const forestRow = z.union([
  z.object({ treeID: z.number().int(), nodeData: nodeRow }).transform(({ treeID, nodeData }) => ({ treeID, nodeData })),
  z.object({ _1: z.number().int(), _2: nodeRow }).transform(({ _1, _2 }) => ({ treeID: _1, nodeData: _2 })),
]);
const weightRow = z.union([
  z.object({ treeID: z.number().int(), weights: z.number() }).transform(({ treeID, weights }) => ({ treeID, weights })),
  z.object({ _1: z.number().int(), _3: z.number() }).transform(({ _1, _3 }) => ({ treeID: _1, weights: _3 })),
]);

/** The tree of a decision tree model. */
export async function readTree(stage: SavedStage): Promise<Tree[]> {
  return [{ nodes: nodesOf(stage, await stage.rows(nodeRow)), weight: 1 }];
}

/** The trees of a forest or of boosted trees, with their weights. */
export async function readForest(stage: SavedStage): Promise<Tree[]> {
  const weights = await stage.rows(weightRow, 'treesMetadata');
  const rowsOf = new Map<number, NodeRow[]>(weights.map(({ treeID }) => [treeID, []]));
  for (const { treeID, nodeData } of await stage.rows(forestRow)) {
    const rows = rowsOf.get(treeID);
    if (rows === undefined) throw stage.refusal(`it has nodes of a tree ${treeID} that its metadata do not name`);
    rows.push(nodeData);
  }
  if (weights.length === 0) throw stage.refusal('it has no trees');
  return weights
    .sort((one, other) => one.treeID - other.treeID)
    .map(({ treeID, weights: weight }) => ({ nodes: nodesOf(stage, rowsOf.get(treeID) ?? []), weight }));
}

function nodesOf(stage: SavedStage, rows: NodeRow[]): TreeNode[] {
  rows.sort((one, other) => one.id - other.id);
  const reached = new Set([0]);
  const nodes = rows.map((row, at): TreeNode => {
    if (row.id !== at) throw stage.refusal(`a tree has no node ${at}; a part of the saved model is missing`);
    const trainingRows = row.rawCount;
    if (row.leftChild < 0) return { trainingRows, prediction: row.prediction, statistics: row.impurityStats };
    for (const child of [row.leftChild, row.rightChild]) {
      // Each node has one parent before it: so what is read is a tree.
      if (child <= at || child >= rows.length || reached.has(child))
        throw stage.refusal(`the node ${at} of a tree has the child ${child}, which cannot be`);
      reached.add(child);
    }
    return { trainingRows, split: splitOf(stage, row), left: row.leftChild, right: row.rightChild };
  });
  if (nodes.length === 0 || reached.size !== nodes.length)
    throw stage.refusal(`a tree has ${nodes.length} nodes, of which ${reached.size} hang together`);
  return nodes;
}

function splitOf(stage: SavedStage, { split }: NodeRow): Split {
  const { featureIndex: feature, leftCategoriesOrThreshold: values, numCategories } = split;
  if (feature < 0 || (stage.numFeatures !== undefined && feature >= stage.numFeatures))
    throw stage.refusal(`a tree splits by the feature ${feature}, and there are ${stage.numFeatures}`);
  if (numCategories < 0) {
    const [threshold] = values;
    if (threshold === undefined || values.length > 1) throw stage.refusal('a numeric split has not one threshold');
    return { feature, threshold };
  }
  if (numCategories > 1_000_000) throw stage.refusal(`a split of ${numCategories} categories is too large`);
  // As Spark's CategoricalSplit: the smaller side is the set, and a value that is in no category goes the other way.
  const inSetGoesLeft = values.length <= numCategories / 2;
  const left = new Set(values);
  const others = Array.from({ length: numCategories }, (_, category) => category).filter(
    (category) => !left.has(category),
  );
  return { feature, categories: inSetGoesLeft ? [...left].sort((a, b) => a - b) : others, inSetGoesLeft };
}
