import type { Names } from './compilation.js';
import { asNumber, literalNumber } from './conversion.js';
import { checkShape, choice, refusal } from './element.js';
import { PREDICATE_NAMES, predicate, readSimplePredicate, readSimpleSetPredicate } from './predicate.js';
import type { TreeEnsemble } from './tree-ensemble.js';
import type { BranchOperator, TreeNode } from './tree-nodes.js';
import type { Value } from './values.js';
import type { XmlElement } from './xml.js';

/** Where a predicate leads: on true, on false, and where it is unknown. */
export interface Targets {
  readonly yes: TreeNode;
  readonly no: TreeNode;
  readonly unknown: TreeNode;
}

/** A predicate about one feature. */
interface Test {
  readonly feature: number;
  readonly operator: BranchOperator;
  readonly threshold: number;
  /** True where the comparison is false. */
  readonly negated: boolean;
  readonly mayBeMissing: boolean;
  /** Where the value that is tested has been undefined on the way here: whoever comes by gets nothing. */
  readonly invalid?: string | undefined;
}

const OPERATORS = {
  lessThan: { operator: 'LT', negated: false },
  lessOrEqual: { operator: 'LEQ', negated: false },
  greaterThan: { operator: 'GT', negated: false },
  greaterOrEqual: { operator: 'GTE', negated: false },
  equal: { operator: 'EQ', negated: false },
  notEqual: { operator: 'EQ', negated: true },
} as const;

const OPPOSITE = { LT: 'GTE', LEQ: 'GT', GT: 'LEQ', GTE: 'LT' } as const;

/** Most parts of a compound predicate that become branches where each can be unknown. */
const MOST_PARTS = 6;

/** Predicates as branches of a tree over the features of an ensemble. */
export class TreeTests {
  readonly #ensemble: TreeEnsemble;
  readonly #names: Names;

  readonly #nothing: TreeNode;

  constructor(ensemble: TreeEnsemble, names: Names, nothing: TreeNode) {
    this.#ensemble = ensemble;
    this.#names = names;
    this.#nothing = nothing;
  }

  /** The feature that is not missing where a predicate is true or false; undefined where that does not follow. */
  featureOf(element: XmlElement): number | undefined {
    const test = this.#simple(element);
    return test?.threshold === Number.POSITIVE_INFINITY ? undefined : test?.feature;
  }

  /** A subtree that leads where the predicate says. `present` are features that are known not to be missing here. */
  branch(element: XmlElement, targets: Targets, present: ReadonlySet<number>): TreeNode {
    if (element.name === 'True') return targets.yes;
    if (element.name === 'False') return targets.no;
    if (element.name === 'CompoundPredicate') return this.#compound(element, targets, present);
    const test = this.#simple(element) ?? this.#generic(element);
    return this.#checked(test, write(present.has(test.feature) ? { ...test, mayBeMissing: false } : test, targets));
  }

  #checked({ invalid }: Test, tree: TreeNode): TreeNode {
    if (invalid === undefined) return tree;
    const { ops } = this.#names.compilation;
    const feature = this.#ensemble.column(ops.toDouble(invalid));
    return { feature, operator: 'GTE', threshold: 0.5, yes: this.#nothing, no: tree, missingYes: false };
  }

  /** Whether one predicate is true just where the other is false, and unknown where it is. */
  areComplements(left: XmlElement, right: XmlElement): boolean {
    if (left.name === 'SimplePredicate' && right.name === 'SimplePredicate') {
      const [a, b] = [this.#simple(left), this.#simple(right)];
      if (a === undefined || b === undefined || a.feature !== b.feature) return this.#coverKnownTexts(left, right);
      if (a.threshold !== b.threshold) return false;
      if (a.operator === b.operator) return a.negated !== b.negated;
      return a.operator !== 'EQ' && b.operator === OPPOSITE[a.operator];
    }
    return this.#coverKnownTexts(left, right);
  }

  /** Of a text whose values are known, whether each is in just one of two sets. */
  #coverKnownTexts(left: XmlElement, right: XmlElement): boolean {
    const [a, b] = [this.#textSet(left), this.#textSet(right)];
    if (a === undefined || b === undefined || a.value !== b.value) return false;
    if (a.inside !== b.inside && JSON.stringify(a.set) === JSON.stringify(b.set)) return true;
    const { known } = a.value;
    return known?.every((text) => (a.set.includes(text) === a.inside) !== (b.set.includes(text) === b.inside)) ?? false;
  }

  #textSet(element: XmlElement) {
    if (element.name !== 'SimplePredicate' && element.name !== 'SimpleSetPredicate') return undefined;
    const { field, inside, set } = readSet(element) ?? {};
    if (field === undefined || inside === undefined || set === undefined) return undefined;
    const value = this.#names.resolve(field, element);
    return value.kind === 'text' ? { value, inside, set } : undefined;
  }

  /** A predicate about one field as a test of one feature; undefined for others. */
  #simple(element: XmlElement): Test | undefined {
    const text = this.#textSet(element);
    if (text !== undefined) {
      const feature = this.#ensemble.membership(text.value, text.set);
      const { mayBeMissing } = text.value;
      return { feature, operator: 'GTE', threshold: 0.5, negated: !text.inside, mayBeMissing };
    }
    if (element.name !== 'SimplePredicate') return undefined;
    const { field, operator, value: literal } = readSimplePredicate(element);
    const value = this.#names.resolve(field, element);
    if (value.kind !== 'number') return undefined;
    const feature = this.#ensemble.column(value.tensor);
    // Nothing but a missing number is neither below nor above.
    const { invalid } = value;
    const presence = {
      feature,
      operator: 'LEQ',
      threshold: Number.POSITIVE_INFINITY,
      mayBeMissing: false,
      invalid,
    } as const;
    if (operator === 'isNotMissing') return { ...presence, negated: false };
    if (operator === 'isMissing') return { ...presence, negated: true };
    const threshold = literalNumber(literal, value.type, element);
    return { feature, threshold, mayBeMissing: value.mayBeMissing, invalid, ...OPERATORS[operator] };
  }

  /** Any predicate, as a column of 1 (true), 0 (false) and NaN (unknown). */
  #generic(element: XmlElement): Test {
    const { ops } = this.#names.compilation;
    const value: Value = predicate(element, this.#names);
    const { tensor, mayBeMissing } = asNumber(ops, value, element);
    const feature = this.#ensemble.column(tensor);
    return { feature, operator: 'GTE', threshold: 0.5, negated: false, mayBeMissing };
  }

  #compound(element: XmlElement, targets: Targets, present: ReadonlySet<number>): TreeNode {
    checkShape(element, { attributes: ['booleanOperator'], children: PREDICATE_NAMES });
    const operator = choice(element, 'booleanOperator', ['and', 'or', 'xor', 'surrogate']);
    const parts = element.children.filter(({ name }) => PREDICATE_NAMES.includes(name));
    if (parts.length < 2) throw refusal(element, `it joins ${parts.length} predicates; two are the least.`);
    // Unknown parts double the branches.
    if (parts.length > MOST_PARTS && targets.unknown !== targets.no) return write(this.#generic(element), targets);
    // Each part leads on with what is known so far; the last one to the targets.
    const from = (index: number, { yes, no, unknown }: Targets): TreeNode => {
      const part = parts[index];
      if (part === undefined) throw refusal(element, 'it has no predicate.');
      const last = index === parts.length - 1;
      const rest = (to: Targets): TreeNode => (to.yes === to.no && to.no === to.unknown ? to.yes : from(index + 1, to));
      const branch = (to: Targets): TreeNode => this.branch(part, to, present);
      if (last) return branch({ yes, no, unknown });
      switch (operator) {
        case 'and': {
          const whenTrue = rest({ yes, no, unknown });
          return branch({ yes: whenTrue, no, unknown: unknown === no ? no : rest({ yes: unknown, no, unknown }) });
        }
        case 'or': {
          const whenFalse = rest({ yes, no, unknown });
          const whenUnknown = unknown === no ? whenFalse : rest({ yes, no: unknown, unknown });
          return branch({ yes, no: whenFalse, unknown: whenUnknown });
        }
        case 'xor':
          return branch({ yes: rest({ yes: no, no: yes, unknown }), no: rest({ yes, no, unknown }), unknown });
        case 'surrogate':
          return branch({ yes, no, unknown: rest({ yes, no, unknown }) });
      }
    };
    return from(0, targets);
  }
}

/** A SimplePredicate or SimpleSetPredicate as "is in a set"; undefined where it is about an order or about being missing. */
function readSet(element: XmlElement): { field: string; inside: boolean; set: string[] } | undefined {
  if (element.name === 'SimpleSetPredicate') return readSimpleSetPredicate(element);
  const { field, operator, value } = readSimplePredicate(element);
  if (operator !== 'equal' && operator !== 'notEqual') return undefined;
  return { field, inside: operator === 'equal', set: [value] };
}

function write({ feature, operator, threshold, negated, mayBeMissing }: Test, targets: Targets): TreeNode {
  const { unknown } = targets;
  const [yes, no] = negated ? [targets.no, targets.yes] : [targets.yes, targets.no];
  const compare = { feature, operator, threshold };
  if (yes === no && (!mayBeMissing || unknown === yes)) return yes;
  if (!mayBeMissing || unknown === no) return { ...compare, yes, no, missingYes: false };
  if (unknown === yes) return { ...compare, yes, no, missingYes: true };
  if (operator === 'EQ') {
    const presence = { feature, operator: 'LEQ', threshold: Number.POSITIVE_INFINITY } as const;
    return { ...presence, yes: { ...compare, yes, no, missingYes: false }, no: unknown, missingYes: false };
  }
  const other: TreeNode = { feature, operator: OPPOSITE[operator], threshold, yes: no, no: unknown, missingYes: false };
  return { ...compare, yes, no: other, missingYes: false };
}
