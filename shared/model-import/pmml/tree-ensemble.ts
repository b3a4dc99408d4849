import type { Ops } from './ops.js';
import type { TreeNode } from './tree-nodes.js';
import { type FlatTrees, flattenTree } from './tree-nodes.js';
import type { TextValue } from './values.js';

/** A column of a tree's features that a table gives: a number for each key, any other text, and a missing one. */
interface TextColumn {
  readonly keys: readonly string[];
  of(text: string | null | undefined): number;
}

/** A feature: a column of numbers (as a tensor), or one of those that the texts of a value give. */
type Feature = { readonly tensor: string } | { readonly text: TextValue; readonly column: TextColumn };

/** Trees that become one TreeEnsembleRegressor, with the features that their branches look at. */
export class TreeEnsemble {
  readonly #ops: Ops;
  readonly #outputs: number;
  readonly #features: Feature[] = [];
  readonly #tensors = new Map<string, number>();
  readonly #texts = new Map<TextValue, Map<string, number>>();
  readonly #trees: TreeNode[] = [];

  constructor(ops: Ops, outputs: number) {
    this.#ops = ops;
    this.#outputs = outputs;
  }

  /** The feature that a tensor of shape [N, 1] is. */
  column(tensor: string): number {
    const known = this.#tensors.get(tensor);
    if (known !== undefined) return known;
    this.#tensors.set(tensor, this.#features.length);
    return this.#features.push({ tensor }) - 1;
  }

  /** The feature that is 1 where a text is one of some, 0 where it is another, NaN where it is missing. */
  membership(text: TextValue, set: readonly string[]): number {
    const columns = this.#texts.get(text) ?? new Map<string, number>();
    this.#texts.set(text, columns);
    const key = JSON.stringify(set);
    const known = columns.get(key);
    if (known !== undefined) return known;
    const members = new Set<string | null>(set);
    const of = (each: string | null | undefined): number =>
      each === undefined ? Number.NaN : members.has(each) ? 1 : 0;
    columns.set(key, this.#features.length);
    return this.#features.push({ text, column: { keys: set, of } }) - 1;
  }

  add(tree: TreeNode): void {
    this.#trees.push(tree);
  }

  /** Whether a leaf is in the tree that was added last. */
  leadsTo(leaf: TreeNode): boolean {
    const [seen, open] = [new Set<TreeNode>(), this.#trees.slice(-1)];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (node === leaf) return true;
      if (seen.has(node) || 'weights' in node) continue;
      seen.add(node);
      open.push(node.yes, node.no);
    }
    return false;
  }

  /** The sums over all trees, as doubles of shape [N, outputs] that have the precision of float32. */
  write(): string {
    const ops = this.#ops;
    const { matrix, order } = this.#writeFeatures();
    const flat = flattenTree(this.#trees);
    const trees = ops.node('TreeEnsembleRegressor', [matrix], attributes(flat, order, this.#outputs), 'ai.onnx.ml');
    return ops.toDouble(trees);
  }

  /** One matrix of all features, and where in it each of them stands. */
  #writeFeatures(): { readonly matrix: string; readonly order: readonly number[] } {
    const order = this.#features.map(() => 0);
    const parts: string[] = [];
    let width = 0;
    for (const [tensor, index] of this.#tensors) {
      parts.push(tensor);
      order[index] = width++;
    }
    for (const [text, columns] of this.#texts) {
      const indices = [...columns.values()];
      parts.push(this.#writeTextColumns(text, indices));
      for (const index of indices) order[index] = width++;
    }
    // A tree that looks at nothing still needs a row for each row.
    if (parts.length === 0) parts.push(this.#ops.full(this.#ops.number(0)));
    return { matrix: this.#ops.columns(parts.map((part) => this.#ops.full(part))), order };
  }

  #writeTextColumns(text: TextValue, indices: readonly number[]): string {
    const ops = this.#ops;
    const columns = indices.flatMap((index) => {
      const feature = this.#features[index];
      return feature !== undefined && 'column' in feature ? [feature.column] : [];
    });
    const keys = text.known ?? [...new Set(columns.flatMap((column) => column.keys))];
    const { tensor, meaning } = text.codes(keys);
    const table = meaning.flatMap((index) =>
      columns.map((column) => column.of(index === -1 ? undefined : (keys[index] ?? null))),
    );
    const constant = ops.builder.constant('double', table, [meaning.length, columns.length]);
    const rank3 = ops.node('Gather', [constant, tensor], { axis: { int: 0 } });
    return ops.node('Squeeze', [rank3, ops.builder.constant('int64', [1])]);
  }
}

function attributes(flat: FlatTrees, order: readonly number[], outputs: number): Parameters<Ops['node']>[2] {
  const doubles = (values: readonly number[]) =>
    ({ tensor: { type: 'double', shape: [values.length], values } }) as const;
  return {
    n_targets: { int: outputs },
    nodes_treeids: { ints: flat.trees },
    nodes_nodeids: { ints: flat.ids },
    nodes_featureids: { ints: flat.features.map((feature) => order[feature] ?? 0) },
    nodes_modes: { strings: flat.modes },
    nodes_values_as_tensor: doubles(flat.thresholds),
    nodes_truenodeids: { ints: flat.yes },
    nodes_falsenodeids: { ints: flat.no },
    nodes_missing_value_tracks_true: { ints: flat.missingYes },
    target_treeids: { ints: flat.leafTrees },
    target_nodeids: { ints: flat.leafIds },
    target_ids: { ints: flat.leafTargets },
    target_weights_as_tensor: doubles(flat.leafWeights),
  };
}
