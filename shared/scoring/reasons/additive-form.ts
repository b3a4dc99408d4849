import type { OnnxNode } from '#shared/onnx';
import type { FieldsOfColumns } from './column-fields.js';
import { type Column, type GraphView, unexplained } from './graph-view.js';
import { type LinearSum, linearSum, sumOfLinearModel, type WeightedColumn } from './linear-sum.js';
import { type ModelOutput, modelOutput } from './model-operator.js';

/** A column that is added with a weight; what it adds is its fields' doing, in equal shares. */
export interface ColumnTerm extends WeightedColumn {
  readonly fields: readonly string[];
}

/** A tree ensemble whose targets are added, each with a weight. */
export interface EnsembleTerm {
  readonly node: OnnxNode;
  readonly weights: Map<number, number>;
  /** Of each feature that the trees see: the fields it comes from. */
  readonly features: readonly (readonly string[])[];
}

/** A share of what more inputs than these do together says nothing about one of them. */
const MOST_SHARING = 4;

/** A score as bias + sum of weighted columns + sum of weighted tree ensembles, found by walking back from it. */
export class AdditiveForm {
  bias = 0;
  readonly columns = new Map<string, ColumnTerm>();
  readonly ensembles = new Map<string, EnsembleTerm>();
  readonly #view: GraphView;
  readonly #fields: FieldsOfColumns;
  /** Columns still to be taken apart, by value and column, with their weights. */
  readonly #waiting = new Map<string, Map<number, number>>();

  constructor(view: GraphView, fields: FieldsOfColumns) {
    this.#view = view;
    this.#fields = fields;
  }

  /**
   * Adds a column of the graph with a weight.
   * @throws KitError 'model-unexplained' naming the operator that is neither linear nor trees, over several inputs.
   */
  add(column: Column, coefficient: number): void {
    this.#put(column, coefficient);
    this.#expand();
  }

  /** Adds what a model operator makes before its post transform, with a weight; throws as `add`. */
  addModel(output: ModelOutput, coefficient: number): void {
    this.#putModel(output, coefficient);
    this.#expand();
  }

  #put({ value, column }: Column, coefficient: number): void {
    if (coefficient === 0) return;
    const ofValue = this.#waiting.get(value) ?? new Map<number, number>();
    this.#waiting.set(value, ofValue.set(column, (ofValue.get(column) ?? 0) + coefficient));
  }

  #putSum({ bias, columns }: LinearSum, coefficient: number): void {
    this.bias += coefficient * bias;
    for (const column of columns) this.#put(column, coefficient * column.coefficient);
  }

  #putModel(output: ModelOutput, coefficient: number): void {
    const { node, target, sign, offset } = output;
    if (!output.isTrees) {
      this.#putSum(sumOfLinearModel(this.#view, node, output), coefficient);
      return;
    }
    this.bias += coefficient * offset;
    const [key = ''] = node.outputs;
    const term = this.ensembles.get(key) ?? {
      node,
      weights: new Map<number, number>(),
      features: this.#features(node),
    };
    term.weights.set(target, (term.weights.get(target) ?? 0) + coefficient * sign);
    this.ensembles.set(key, term);
  }

  /** What comes last in the graph goes first, so that each column is taken apart once, with all of its weight. */
  #expand(): void {
    while (this.#waiting.size > 0) {
      let last = '';
      for (const value of this.#waiting.keys())
        if (!this.#waiting.has(last) || this.#view.order(value) > this.#view.order(last)) last = value;
      const columns = this.#waiting.get(last) ?? [];
      this.#waiting.delete(last);
      for (const [column, coefficient] of columns) this.#takeApart({ value: last, column }, coefficient);
    }
  }

  #takeApart(column: Column, coefficient: number): void {
    const constant = this.#view.constantAt(column);
    if (constant !== undefined) {
      this.bias += coefficient * constant;
      return;
    }
    const { names, mixedBy } = this.#fields.of(column);
    const sum = names.size > 1 ? linearSum(this.#view, column) : undefined;
    const output = names.size > 1 ? modelOutput(this.#view, column) : undefined;
    if (sum !== undefined) this.#putSum(sum, coefficient);
    else if (output?.postTransform === 'NONE') this.#putModel(output, coefficient);
    else {
      const op = this.#view.producer(column.value)?.op ?? 'value';
      if (mixedBy !== undefined || names.size > MOST_SHARING) throw noShares(op, mixedBy);
      this.#addTerm(column, coefficient, names);
    }
  }

  #addTerm({ value, column }: Column, coefficient: number, names: ReadonlySet<string>): void {
    const key = `${column} ${value}`;
    const sum = (this.columns.get(key)?.coefficient ?? 0) + coefficient;
    this.columns.set(key, { value, column, coefficient: sum, fields: [...names] });
  }

  /** Of each feature; those that no split looks at need no fields. */
  #features(node: OnnxNode): string[][] {
    const [value = ''] = node.inputs;
    const used = new Set(node.ints('nodes_featureids'));
    return Array.from({ length: this.#view.width(value) }, (_, column) => {
      if (!used.has(column)) return [];
      const { names, mixedBy } = this.#fields.of({ value, column });
      if (mixedBy !== undefined || names.size > MOST_SHARING) throw noShares(mixedBy ?? node.op, mixedBy);
      return [...names];
    });
  }
}

function noShares(op: string, mixedBy: string | undefined) {
  const mixed = mixedBy === undefined || mixedBy === op ? '' : `, over what a ${mixedBy} mixes from several inputs`;
  const many = mixedBy === undefined ? `, over more than ${MOST_SHARING} inputs at once` : '';
  return unexplained(
    `the graph has a ${op} between the inputs and the score${mixed}${many}; linear models and trees are explained.`,
  );
}
