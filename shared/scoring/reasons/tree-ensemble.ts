import type { OnnxNode } from '#shared/onnx';
import { unexplained } from './graph-view.js';

/** How a node compares: what holds goes to its first child. */
export const LESS_OR_EQUAL = 0;
export const LESS = 1;
const EQUAL = 2;

/** An operator's comparison, and whether its children change places. NaN is looked at on its own. */
const MODES: Readonly<Record<string, readonly [mode: number, isTurned: boolean]>> = {
  BRANCH_LEQ: [LESS_OR_EQUAL, false],
  BRANCH_GT: [LESS_OR_EQUAL, true],
  BRANCH_LT: [LESS, false],
  BRANCH_GTE: [LESS, true],
  BRANCH_EQ: [EQUAL, false],
  BRANCH_NEQ: [EQUAL, true],
};

/** The trees of a TreeEnsembleRegressor or TreeEnsembleClassifier, all nodes in flat arrays. */
export interface TreeEnsemble {
  readonly nodes: number;
  readonly roots: readonly number[];
  /** The feature that a node splits by; -1 at leaves. */
  readonly feature: Int32Array;
  readonly mode: Uint8Array;
  readonly threshold: Float64Array;
  /** Of node i: at 2 i the child where the comparison holds, at 2 i + 1 the other. */
  readonly children: Int32Array;
  /** Where NaN goes. */
  readonly ofMissing: Int32Array;
  /** The training rows that came to each node, where the file tells. */
  readonly trainingRows: Float64Array | undefined;
  /** Children before parents. */
  readonly upwards: Int32Array;
  /** The same value for all rows, by target. */
  readonly base: readonly number[];
  /** What the trees' leaves weigh: less than 1 where the operator averages. */
  readonly scale: number;
  /** The leaves' values, for weights of the targets. */
  leafValues(weights: ReadonlyMap<number, number>): Float64Array;
}

/**
 * Reads the attributes of a tree operator, as ai.onnx.ml 1 to 4 has them.
 * @throws KitError 'model-unexplained' for what does not follow it.
 */
export function readTreeEnsemble(node: OnnxNode): TreeEnsemble {
  const aggregate = node.string('aggregate_function', 'SUM');
  if (aggregate !== 'SUM' && aggregate !== 'AVERAGE')
    throw unexplained(`its ${node.op} takes the ${aggregate} of its trees; SUM and AVERAGE are understood.`);
  const features = node.ints('nodes_featureids');
  const nodes = features.length;
  const modes = node.strings('nodes_modes');
  const thresholds = node.floats('nodes_values');
  const trueIds = node.ints('nodes_truenodeids');
  const falseIds = node.ints('nodes_falsenodeids');
  const missingTrue = node.ints('nodes_missing_value_tracks_true');
  const places = placesOf(node);
  const feature = new Int32Array(nodes).fill(-1);
  const mode = new Uint8Array(nodes);
  const children = new Int32Array(2 * nodes).fill(-1);
  const ofMissing = new Int32Array(nodes).fill(-1);
  const isChild = new Uint8Array(nodes);
  const treeIds = node.ints('nodes_treeids');
  for (let at = 0; at < nodes; at += 1) {
    const name = modes[at] ?? '';
    if (name === 'LEAF') continue;
    const [comparison, isTurned] = MODES[name] ?? [];
    const yes = places.get(treeIds[at] ?? 0)?.get(trueIds[at] ?? -1);
    const no = places.get(treeIds[at] ?? 0)?.get(falseIds[at] ?? -1);
    if (comparison === undefined || yes === undefined || no === undefined)
      throw unexplained(`its ${node.op} has a node of the mode "${name}" that is not understood.`);
    feature[at] = features[at] ?? 0;
    mode[at] = comparison;
    children.set(isTurned ? [no, yes] : [yes, no], 2 * at);
    // All comparisons with NaN fail but "is not".
    ofMissing[at] = missingTrue[at] === 1 || name === 'BRANCH_NEQ' ? yes : no;
    isChild[yes] = 1;
    isChild[no] = 1;
  }
  const roots = Array.from({ length: nodes }, (_, at) => at).filter((at) => isChild[at] === 0);
  const trees = new Set(treeIds).size;
  return {
    nodes,
    roots,
    feature,
    mode,
    threshold: Float64Array.from({ length: nodes }, (_, at) => thresholds[at] ?? 0),
    children,
    ofMissing,
    trainingRows: trainingRows(node.floats('nodes_hitrates'), feature, children),
    upwards: upwards(node, roots, children),
    base: node.floats('base_values'),
    scale: aggregate === 'AVERAGE' ? 1 / trees : 1,
    leafValues: (weights) => leafValues(node, places, nodes, weights),
  };
}

type Places = ReadonlyMap<number, ReadonlyMap<number, number>>;

/** By tree and node, the place in the arrays. */
function placesOf(node: OnnxNode): Places {
  const places = new Map<number, Map<number, number>>();
  const nodeIds = node.ints('nodes_nodeids');
  for (const [at, tree] of node.ints('nodes_treeids').entries()) {
    const ofTree = places.get(tree) ?? new Map<number, number>();
    places.set(tree, ofTree.set(nodeIds[at] ?? 0, at));
  }
  return places;
}

function leafValues(node: OnnxNode, places: Places, nodes: number, weights: ReadonlyMap<number, number>): Float64Array {
  const prefix = node.op === 'TreeEnsembleClassifier' ? 'class' : 'target';
  const [treeIds, nodeIds, targets] = ['treeids', 'nodeids', 'ids'].map((name) => node.ints(`${prefix}_${name}`));
  const values = new Float64Array(nodes);
  for (const [index, leafWeight] of node.floats(`${prefix}_weights`).entries()) {
    const at = places.get(treeIds?.[index] ?? -1)?.get(nodeIds?.[index] ?? -1);
    const weight = weights.get(targets?.[index] ?? -1);
    if (at !== undefined && weight !== undefined) values[at] = (values[at] ?? 0) + weight * leafWeight;
  }
  return values;
}

/** Some tools write the rows of training into the hit rates, others the same number everywhere. */
function trainingRows(rates: readonly number[], feature: Int32Array, children: Int32Array): Float64Array | undefined {
  if (rates.length !== feature.length) return undefined;
  const rows = Float64Array.from(rates);
  const adds = feature.every((split, at) => {
    const sum = (rows[children[2 * at] ?? 0] ?? 0) + (rows[children[2 * at + 1] ?? 0] ?? 0);
    return split < 0 || Math.abs(sum - (rows[at] ?? 0)) <= 1e-3 * sum;
  });
  return adds && rows.every((count) => count > 0) ? rows : undefined;
}

/** A node may have several parents: a test for one of several categories is a chain whose members share a child. */
function upwards(node: OnnxNode, roots: readonly number[], children: Int32Array): Int32Array {
  const parentsLeft = new Uint32Array(children.length / 2);
  for (const child of children) if (child >= 0) parentsLeft[child] = (parentsLeft[child] ?? 0) + 1;
  const downwards = Array.from(roots);
  for (let next = 0; next < downwards.length; next += 1) {
    const at = downwards[next] ?? 0;
    for (const child of children.subarray(2 * at, 2 * at + 2)) {
      if (child < 0) continue;
      const left = (parentsLeft[child] ?? 0) - 1;
      parentsLeft[child] = left;
      if (left === 0) downwards.push(child);
    }
  }
  if (downwards.length < parentsLeft.length)
    throw unexplained(`its ${node.op} has nodes that lead back to themselves.`);
  return Int32Array.from(downwards.reverse());
}
