import { KitError } from '#shared/errors';
import type { Attributes, Domain, GraphBuilder } from '#shared/onnx';

/** ONNX's codes of element types, for Cast. */
const FLOAT = 1;
const DOUBLE = 11;

/**
 * The operators that the importer writes, under short names. Every value is [N, 1] or [1, 1] unless it says otherwise; the
 * same operator on the same inputs is written once.
 */
export class Ops {
  readonly #written = new Map<string, string>();
  /** Values that have a row for each row of the input; all others are constant. */
  readonly #perRow = new Set<string>();
  #input: string | undefined;

  constructor(readonly builder: GraphBuilder) {}

  /** Declares an input of the graph, of shape [N, 1]. */
  input(name: string, type: 'string' | 'double'): void {
    this.builder.input(name, type, ['N', 1]);
    this.#perRow.add(name);
    this.#input ??= name;
  }

  /** A value with a row for each row of the input, even where it is constant. */
  full(value: string): string {
    if (this.#perRow.has(value)) return value;
    if (this.#input === undefined) throw new KitError('model-invalid', 'The PMML model uses no field of the record.');
    const rows = this.node('Shape', [this.#input]);
    const full = this.node('Expand', [value, rows]);
    this.#perRow.add(full);
    return full;
  }

  node(op: string, inputs: readonly string[], attributes: Attributes = {}, domain: Domain = ''): string {
    const key = JSON.stringify([op, inputs, attributes]);
    const known = this.#written.get(key);
    if (known !== undefined) return known;
    const name = this.builder.node(op, inputs, attributes, { domain });
    this.#written.set(key, name);
    if (op !== 'Shape' && inputs.some((input) => this.#perRow.has(input))) this.#perRow.add(name);
    return name;
  }

  /** A constant of shape [1, 1]. */
  number(value: number): string {
    return this.builder.constant('double', [value], [1, 1]);
  }

  truth(value: boolean): string {
    return this.builder.constant('bool', [value ? 1 : 0], [1, 1]);
  }

  /** A constant row of shape [1, columns]. */
  row(values: readonly number[]): string {
    return this.builder.constant('double', values, [1, values.length]);
  }

  where(condition: string, then: string, otherwise: string): string {
    return then === otherwise ? then : this.node('Where', [condition, then, otherwise]);
  }

  /** A value that is NaN where a condition is true. What is added is 0 elsewhere, so that reasons see through it. */
  nanWhere(condition: string, value: string): string {
    return this.node('Add', [value, this.where(condition, this.number(Number.NaN), this.number(0))]);
  }

  and(...conditions: readonly string[]): string {
    return conditions.reduce((left, right) => this.node('And', [left, right]));
  }

  or(...conditions: readonly string[]): string {
    return conditions.reduce((left, right) => this.node('Or', [left, right]));
  }

  not(condition: string): string {
    return this.node('Not', [condition]);
  }

  isMissing(number: string): string {
    return this.node('IsNaN', [number]);
  }

  /** Rounds doubles to the nearest float32, which they stay as doubles. */
  toFloat32(number: string): string {
    return this.node('Cast', [this.node('Cast', [number], { to: { int: FLOAT } })], { to: { int: DOUBLE } });
  }

  /** A constant power; of a missing number none, though ONNX knows NaN⁰ = 1. */
  power(number: string, exponent: number): string {
    if (exponent === 1) return number;
    const power = this.node('Pow', [number, this.number(exponent)]);
    return exponent === 0 ? this.where(this.isMissing(number), number, power) : power;
  }

  /** An operator that ONNX Runtime has in float32 only: 1e-7 of the result is lost. */
  inFloat32(op: 'Atan', number: string): string {
    return this.toDouble(this.node(op, [this.node('Cast', [number], { to: { int: FLOAT } })]));
  }

  toDouble(value: string): string {
    return this.node('Cast', [value], { to: { int: DOUBLE } });
  }

  /** Columns side by side. */
  columns(values: readonly string[]): string {
    const [only] = values;
    if (values.length === 1 && only !== undefined) return only;
    const full = values.some((value) => this.#perRow.has(value)) ? values.map((value) => this.full(value)) : values;
    return this.node('Concat', full, { axis: { int: 1 } });
  }

  /** The sum over columns, as [N, 1]. */
  sumOfColumns(matrix: string): string {
    return this.node('ReduceSum', [matrix, this.builder.constant('int64', [1])], { keepdims: { int: 1 } });
  }

  /** The greatest over columns, as [N, 1]. */
  maxOfColumns(matrix: string): string {
    return this.node('ReduceMax', [matrix], { axes: { ints: [1] }, keepdims: { int: 1 } });
  }

  /** Column `index` of a matrix, as [N, 1]. */
  column(matrix: string, index: number): string {
    return this.node('Gather', [matrix, this.builder.constant('int64', [index])], { axis: { int: 1 } });
  }

  /** The columns of a matrix in ascending order, each row by itself, and where each of them stood. */
  sorted(matrix: string, size: string): { readonly values: string; readonly order: string } {
    const values = `sorted_${matrix}`;
    const order = `order_${matrix}`;
    if (!this.#perRow.has(values)) {
      const ascending = { axis: { int: 1 }, largest: { int: 0 } };
      this.builder.nodes('TopK', [matrix, size], ascending, { outputs: [values, order] });
      this.#perRow.add(values).add(order);
    }
    return { values, order };
  }

  sum(values: readonly string[]): string {
    const [only] = values;
    return values.length === 1 && only !== undefined ? only : this.node('Sum', values);
  }
}
