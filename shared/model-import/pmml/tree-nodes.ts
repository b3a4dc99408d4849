/** What a branch asks of its feature. */
export type BranchOperator = 'LT' | 'LEQ' | 'GT' | 'GTE' | 'EQ';

/** A node of a tree as ONNX knows it. The same object may be reached by several branches. */
export type TreeNode = Branch | Leaf;

export interface Leaf {
  /** What the leaf adds to each output. */
  readonly weights: readonly { readonly output: number; readonly weight: number }[];
}

interface Branch {
  readonly feature: number;
  readonly operator: BranchOperator;
  readonly threshold: number;
  readonly yes: TreeNode;
  readonly no: TreeNode;
  /** Where a missing value goes: to `yes`, or else to `no`. */
  readonly missingYes: boolean;
}

/** Trees as the attributes of a TreeEnsembleRegressor list them. */
export interface FlatTrees {
  readonly trees: number[];
  readonly ids: number[];
  readonly features: number[];
  readonly modes: string[];
  readonly thresholds: number[];
  readonly yes: number[];
  readonly no: number[];
  readonly missingYes: number[];
  readonly leafTrees: number[];
  readonly leafIds: number[];
  readonly leafTargets: number[];
  readonly leafWeights: number[];
}

const OPPOSITE = { LEQ: 'GT', EQ: 'NEQ' } as const;

/**
 * Lists the nodes of trees, roots first. ONNX Runtime lets several branches share a node, but only one of them by its
 * "no": a branch whose "no" is there already is turned round, and where that does not help, the node is written again.
 */
export function flattenTree(trees: readonly TreeNode[]): FlatTrees {
  const flat: FlatTrees = {
    trees: [],
    ids: [],
    features: [],
    modes: [],
    thresholds: [],
    yes: [],
    no: [],
    missingYes: [],
    leafTrees: [],
    leafIds: [],
    leafTargets: [],
    leafWeights: [],
  };
  for (const [tree, root] of trees.entries()) new Flattening(flat, tree).add(root);
  return flat;
}

class Flattening {
  readonly #flat: FlatTrees;
  readonly #tree: number;
  readonly #ids = new Map<TreeNode, number>();
  #next = 0;

  constructor(flat: FlatTrees, tree: number) {
    this.#flat = flat;
    this.#tree = tree;
  }

  add(node: TreeNode): number {
    const flat = this.#flat;
    const id = this.#next++;
    this.#ids.set(node, id);
    const at = flat.ids.length;
    flat.trees.push(this.#tree);
    flat.ids.push(id);
    if ('weights' in node) {
      this.#push('LEAF', 0, 0, false);
      for (const { output, weight } of node.weights) {
        flat.leafTrees.push(this.#tree);
        flat.leafIds.push(id);
        flat.leafTargets.push(output);
        flat.leafWeights.push(weight);
      }
      return id;
    }
    const branch = canonical(node);
    const turned = this.#ids.has(branch.no) && !this.#ids.has(branch.yes) && canTurn(branch);
    const { operator, missingYes } = branch;
    const [yes, no] = turned ? [branch.no, branch.yes] : [branch.yes, branch.no];
    const mode = `BRANCH_${turned ? OPPOSITE[operator] : operator}`;
    this.#push(mode, branch.feature, branch.threshold, missingYes !== turned);
    // In the order in which ONNX Runtime lays nodes out.
    flat.no[at] = this.add(no);
    flat.yes[at] = this.#ids.get(yes) ?? this.add(yes);
    return id;
  }

  #push(mode: string, feature: number, threshold: number, missingYes: boolean): void {
    const flat = this.#flat;
    flat.features.push(feature);
    flat.modes.push(mode);
    flat.thresholds.push(threshold);
    flat.missingYes.push(missingYes ? 1 : 0);
    flat.yes.push(0);
    flat.no.push(0);
  }
}

/** A branch that asks only for "at most" or "equal": trees of one kind of question are what runs fastest. */
function canonical(branch: Branch): Branch & { readonly operator: 'LEQ' | 'EQ' } {
  const { operator, threshold, yes, no, missingYes } = branch;
  const turned = { yes: no, no: yes, missingYes: !missingYes };
  switch (operator) {
    case 'LT':
      return { ...branch, operator: 'LEQ', threshold: nextBelow(threshold) };
    case 'GTE':
      return { ...branch, ...turned, operator: 'LEQ', threshold: nextBelow(threshold) };
    case 'GT':
      return { ...branch, ...turned, operator: 'LEQ' };
    default:
      return { ...branch, operator };
  }
}

/** The greatest double below a number. */
function nextBelow(value: number): number {
  if (value === Number.NEGATIVE_INFINITY) return value;
  if (value === 0) return -Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? -1n : 1n));
  return view.getFloat64(0);
}

// A missing value is never equal, so that "not equal" cannot send it to its "no".
function canTurn({ operator, missingYes }: Pick<Branch, 'operator' | 'missingYes'>): boolean {
  return operator !== 'EQ' || !missingYes;
}
