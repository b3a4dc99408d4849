import type { Ops } from './ops.js';
import type { TextValue } from './values.js';

/** A linear predictor of several outputs: terms are added, then it is written as one product and a few tables. */
export class LinearPredictor {
  readonly #ops: Ops;
  readonly #outputs: number;
  readonly #columns = new Map<string, number[]>();
  readonly #addends: string[] = [];
  readonly #intercepts: number[];

  constructor(ops: Ops, outputs: number) {
    this.#ops = ops;
    this.#outputs = outputs;
    this.#intercepts = Array.from({ length: outputs }, () => 0);
  }

  addIntercept(output: number, value: number): void {
    this.#intercepts[output] = (this.#intercepts[output] ?? 0) + value;
  }

  /** Adds coefficient · column to an output. */
  addTerm(output: number, column: string, coefficient: number): void {
    const weights = this.#columns.get(column) ?? this.#intercepts.map(() => 0);
    weights[output] = (weights[output] ?? 0) + coefficient;
    this.#columns.set(column, weights);
  }

  /**
   * Adds a coefficient for each value of a text: `rows` has one for each output, NaN where there is none. A text that has
   * no row adds nothing, a missing one adds `missing`.
   */
  addTexts(value: TextValue, rows: ReadonlyMap<string, readonly number[]>, missing: number): void {
    const ops = this.#ops;
    const keys = [...rows.keys()];
    const { tensor, meaning } = value.codes(keys);
    const table = meaning.flatMap((index) => {
      if (index === -1) return this.#intercepts.map(() => missing);
      const key = keys[index];
      const row = key === undefined ? undefined : rows.get(key);
      return this.#intercepts.map((_, output) => {
        const coefficient = row?.[output];
        return coefficient === undefined || Number.isNaN(coefficient) ? 0 : coefficient;
      });
    });
    const constant = ops.builder.constant('double', table, [meaning.length, this.#outputs]);
    const rank3 = ops.node('Gather', [constant, tensor], { axis: { int: 0 } });
    this.#addends.push(ops.node('Squeeze', [rank3, ops.builder.constant('int64', [1])]));
  }

  /** The sums, of shape [N, outputs]. */
  write(): string {
    const ops = this.#ops;
    const addends = [...this.#addends];
    const columns = [...this.#columns.keys()];
    if (columns.length > 0) {
      const weights = ops.builder.constant('double', [...this.#columns.values()].flat(), [
        columns.length,
        this.#outputs,
      ]);
      // Not MatMul: the runtime moves a factor before or behind it into that, as a float32.
      addends.push(ops.node('Gemm', [ops.columns(columns), weights]));
    }
    if (addends.length === 0 || this.#intercepts.some((value) => value !== 0)) addends.push(ops.row(this.#intercepts));
    return ops.sum(addends);
  }
}
