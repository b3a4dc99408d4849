import {
  checkShape,
  childrenNamed,
  choice,
  onlyChild,
  optional,
  optionalNumber,
  parseNumber,
  refusal,
  required,
} from './element.js';
import { labelsInOrder, MODEL_ATTRIBUTES, MODEL_CHILDREN, type ModelSource } from './model.js';
import { PREDICATE_NAMES } from './predicate.js';
import type { Prediction } from './prediction.js';
import { Decisions } from './tree-decisions.js';
import { TreeEnsemble } from './tree-ensemble.js';
import type { Leaf, TreeNode } from './tree-nodes.js';
import { TreeTests } from './tree-tests.js';
import type { XmlElement } from './xml.js';

/** What a node of the tree adds to the outputs of the ensemble. */
export type LeafWeights = (node: XmlElement) => Leaf['weights'];

/** TreeModel alone: one tree in an ensemble of its own. */
export function treeModel(source: ModelSource): Prediction {
  const { element, scope, task } = source;
  const { ops } = scope.compilation;
  if (task === 'regression') {
    const ensemble = new TreeEnsemble(ops, 1);
    growTree(source, ensemble, (node) => [{ output: 0, weight: scoreNumber(node) }], noPrediction(1));
    return { kind: 'regression', value: ensemble.write() };
  }
  if (task !== 'classification') throw refusal(element, `functionName="${task}" is not understood.`);
  const labels = labelsInOrder(source, treeLabels(element));
  const ensemble = new TreeEnsemble(ops, labels.length);
  const decisions = new Decisions(labels);
  const weights: LeafWeights = (node) => {
    const shares = decisions.add(node, distribution(node, labels), required(node, 'score'));
    return shares.map((weight, output) => ({ output, weight }));
  };
  growTree(source, ensemble, weights, noPrediction(labels.length));
  const threshold = decisions.threshold();
  const probabilities = ensemble.write();
  return { kind: 'classification', labels, probabilities, ...(threshold === undefined ? {} : { threshold }) };
}

/** The labels that a tree's nodes name, in the order of the document. */
export function treeLabels(model: XmlElement): string[] {
  const labels = new Set<string>();
  const visit = (node: XmlElement): void => {
    for (const share of childrenNamed(node, 'ScoreDistribution')) labels.add(required(share, 'value'));
    const score = optional(node, 'score');
    if (score !== undefined) labels.add(score);
    for (const child of childrenNamed(node, 'Node')) visit(child);
  };
  visit(onlyChild(model, ['Node']));
  return [...labels];
}

/** A node's score as a number. */
export function scoreNumber(node: XmlElement): number {
  return parseNumber(node, 'the score', required(node, 'score'));
}

/** The probability of each label at a node: 1 for its score where the node says no more. */
export function distribution(node: XmlElement, labels: readonly string[]): number[] {
  const shares = labels.map(() => 0);
  const listed = childrenNamed(node, 'ScoreDistribution');
  const [first] = listed;
  if (first === undefined) {
    shares[labels.indexOf(required(node, 'score'))] = 1;
    return shares;
  }
  if (new Set(listed.map((share) => required(share, 'value'))).size < listed.length) {
    throw refusal(node, 'it gives a class two shares.');
  }
  const attribute = optional(first, 'probability') === undefined ? 'recordCount' : 'probability';
  for (const share of listed) {
    checkShape(share, { attributes: ['value', 'recordCount', 'confidence', 'probability'] });
    const amount = parseNumber(share, `the attribute ${attribute}`, required(share, attribute));
    shares[labels.indexOf(required(share, 'value'))] = amount;
  }
  const sum = shares.reduce((total, share) => total + share, 0);
  if (!(sum > 0)) throw refusal(node, 'the shares of its classes sum to 0.');
  return sum === 1 ? shares : shares.map((share) => share / sum);
}

/** The leaf of a tree that predicts nothing. */
export function noPrediction(outputs: number): Leaf {
  return { weights: Array.from({ length: outputs }, (_, output) => ({ output, weight: Number.NaN })) };
}

/** Adds a TreeModel to an ensemble; `nothing` is its leaf where it predicts nothing. */
export function growTree(
  source: Pick<ModelSource, 'element' | 'scope'>,
  ensemble: TreeEnsemble,
  weights: LeafWeights,
  nothing: Leaf,
): void {
  const { element, scope } = source;
  checkShape(element, {
    attributes: [
      ...MODEL_ATTRIBUTES,
      'missingValueStrategy',
      'missingValuePenalty',
      'noTrueChildStrategy',
      'splitCharacteristic',
    ],
    children: [...MODEL_CHILDREN, 'Node'],
  });
  choice(element, 'splitCharacteristic', ['binarySplit', 'multiSplit'], 'multiSplit');
  const missing = choice(
    element,
    'missingValueStrategy',
    ['none', 'defaultChild', 'lastPrediction', 'nullPrediction'],
    'none',
  );
  const noTrue = choice(
    element,
    'noTrueChildStrategy',
    ['returnNullPrediction', 'returnLastPrediction'],
    'returnNullPrediction',
  );
  const tests = new TreeTests(ensemble, scope, nothing);
  const leaf = (node: XmlElement): Leaf => ({ weights: weights(node) });
  const root = onlyChild(element, ['Node']);
  const targets = { yes: grow(root, new Set()), no: nothing, unknown: nothing };
  ensemble.add(tests.branch(onlyChild(root, PREDICATE_NAMES), targets, new Set()));

  function grow(node: XmlElement, present: ReadonlySet<number>): TreeNode {
    checkShape(node, {
      attributes: ['id', 'score', 'recordCount', 'defaultChild'],
      children: [...PREDICATE_NAMES, 'ScoreDistribution', 'Node'],
    });
    optionalNumber(node, 'recordCount');
    const children = childrenNamed(node, 'Node');
    if (children.length === 0) return leaf(node);
    const noChild = noTrue === 'returnLastPrediction' && optional(node, 'score') !== undefined ? leaf(node) : nothing;
    const defaultChild = missing === 'defaultChild' ? children.find((child) => isDefault(node, child)) : undefined;
    const defaultTree = defaultChild && grow(defaultChild, present);
    const unknown = unknownTarget(node, defaultTree);
    const parts = children.map((child) => ({ child, condition: onlyChild(child, PREDICATE_NAMES) }));
    return from(0, present);

    /** Where the children from one on lead, when none before was true. */
    function from(index: number, here: ReadonlySet<number>): TreeNode {
      const part = parts[index];
      if (part === undefined) return noChild;
      const { child, condition } = part;
      const below = (each: XmlElement, inside: ReadonlySet<number>): TreeNode =>
        each === defaultChild && defaultTree !== undefined ? defaultTree : grow(each, inside);
      if (condition.name === 'True') return below(child, here);
      const feature = condition.name === 'CompoundPredicate' ? undefined : tests.featureOf(condition);
      const inside = feature === undefined ? here : new Set([...here, feature]);
      const next = parts[index + 1];
      if (next !== undefined && parts.length === index + 2 && tests.areComplements(condition, next.condition)) {
        const both = { yes: below(child, inside), no: below(next.child, inside) };
        return tests.branch(condition, { ...both, unknown: unknown ?? noChild }, here);
      }
      const no = from(index + 1, unknown === undefined ? here : inside);
      return tests.branch(condition, { yes: below(child, inside), no, unknown: unknown ?? no }, here);
    }
  }

  /** Where a missing value leads; undefined where it is as if the predicate were false. */
  function unknownTarget(node: XmlElement, defaultTree: TreeNode | undefined): TreeNode | undefined {
    if (missing === 'none') return undefined;
    if (missing === 'nullPrediction') return nothing;
    if (missing === 'lastPrediction') return optional(node, 'score') === undefined ? nothing : leaf(node);
    if (defaultTree !== undefined) return defaultTree;
    if (optional(node, 'defaultChild') === undefined) return nothing;
    throw refusal(node, `its defaultChild "${optional(node, 'defaultChild')}" is none of its children.`);
  }
}

function isDefault(node: XmlElement, child: XmlElement): boolean {
  const id = optional(node, 'defaultChild');
  return id !== undefined && optional(child, 'id') === id;
}
