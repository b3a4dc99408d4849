import { KitError } from '#shared/errors';
import type { Reason } from '#shared/streams';
import type { Explanation } from '../explanation.js';
import type { RowsOfOutput } from '../graph-outputs.js';
import { strongestReasons } from '../strongest-reasons.js';
import { type FormEvaluator, selected, tableOf } from './form-evaluator.js';
import type { NodeCovers } from './path-contributions.js';
import type { Check, ScoreForm } from './score-form.js';
import { checksOut } from './sum-check.js';

type Outputs = ReadonlyMap<string, RowsOfOutput>;

/** A column of the score with the means to explain it. */
export interface ExplainedColumn {
  readonly evaluator: FormEvaluator;
  readonly check: Check;
  /** Where a softmax takes it among others that are not given: those. */
  readonly rivals: readonly FormEvaluator[];
}

export interface AdditiveParts {
  readonly inputs: readonly string[];
  /** The value that the winner among several columns is found in. */
  readonly score: string;
  readonly columns: readonly ExplainedColumn[];
  /** By the value that they see. */
  readonly covers: ReadonlyMap<NodeCovers, string>;
  readonly link: ScoreForm['link'];
  /** Told once, when reasons of a row do not add up to its score. */
  readonly onNotice: (sentence: string) => void;
}

/** Reasons of linear models and trees: bias and contributions add up to the score before its link, and that is checked. */
export class AdditiveExplanation implements Explanation {
  readonly tensors: readonly string[];
  readonly #parts: AdditiveParts;
  #examples = 0;
  #isNoticed = false;

  constructor(parts: AdditiveParts) {
    this.#parts = parts;
    const tensors = parts.columns.flatMap(({ evaluator, check, rivals }) => [
      ...[evaluator, ...rivals].flatMap((each) => each.tensors),
      ...(check.kind === 'sum' ? check.columns : [check.column]).map(({ value }) => value),
    ]);
    this.tensors = [...new Set(tensors)];
  }

  get method(): string {
    const { columns, covers, link } = this.#parts;
    const before = link === undefined ? 'the score' : `the score before its ${link}`;
    const trees = Array.from(covers.keys()).reduce((sum, { ensemble }) => sum + ensemble.roots.length, 0);
    const isOnlyTrees = columns.every(({ evaluator }) => evaluator.isOnlyTrees);
    const what = trees === 0 ? 'exact shares' : `path contributions in ${trees === 1 ? 'one tree' : `${trees} trees`}`;
    return `${what}${trees === 0 || isOnlyTrees ? '' : ' and exact shares'} of ${before}, ${this.#reference(trees > 0)}`;
  }

  #reference(hasTrees: boolean): string {
    if (this.#examples > 0) return `against the mean of ${this.#examples} golden rows`;
    if (!hasTrees) return 'each its weight times its encoded value';
    const isTold = Array.from(this.#parts.covers.keys()).every((each) => each.isTold);
    return isTold ? 'against the mean of the rows of training' : 'both ways of a split taken as equally likely';
  }

  /** What each explained column is before anything of a row is known. */
  get biases(): number[] {
    return this.#parts.columns.map(({ evaluator }) => evaluator.bias);
  }

  learn(outputs: Outputs, rows: number): void {
    try {
      this.#learn(
        outputs,
        Array.from({ length: rows }, (_, row) => row),
      );
    } catch (error) {
      this.#notice(KitError.from(error).message);
    }
  }

  reasons(outputs: Outputs, rows: number, most?: number): (readonly Reason[])[] {
    const reasons: (readonly Reason[])[] = Array.from({ length: rows }, () => []);
    try {
      for (const [column, ofColumn] of this.#rowsByColumn(outputs, rows))
        for (const [place, row] of this.#strongest(column, outputs, ofColumn, most).entries())
          reasons[ofColumn[place] ?? 0] = row;
    } catch (error) {
      // Scoring goes on without reasons.
      this.#notice(KitError.from(error).message);
    }
    return reasons;
  }

  #learn(outputs: Outputs, rows: readonly number[]): void {
    const { covers, columns } = this.#parts;
    for (const [ofTrees, value] of covers) {
      const table = tableOf(outputs, value);
      ofTrees.count(selected(table, rows), table.width);
    }
    const evaluators = new Set(columns.flatMap(({ evaluator, rivals }) => [evaluator, ...rivals]));
    for (const evaluator of evaluators) evaluator.learn(outputs, rows);
    this.#examples += rows.length;
  }

  /** Several columns are several classes: the winner's is explained. */
  #rowsByColumn(outputs: Outputs, rows: number): ReadonlyMap<ExplainedColumn, number[]> {
    const { columns, score } = this.#parts;
    const [only] = columns;
    if (columns.length === 1 && only !== undefined)
      return new Map([[only, Array.from({ length: rows }, (_, row) => row)]]);
    const byColumn = new Map(columns.map((column) => [column, [] as number[]]));
    for (let row = 0; row < rows; row += 1) {
      const scores = outputs.get(score)?.numbers(row) ?? new Float64Array();
      const winner = columns[scores.indexOf(Math.max(...scores))];
      if (winner !== undefined) byColumn.get(winner)?.push(row);
    }
    return byColumn;
  }

  #strongest(
    { evaluator, check, rivals }: ExplainedColumn,
    outputs: Outputs,
    rows: readonly number[],
    most: number | undefined,
  ): (readonly Reason[])[] {
    const { inputs } = this.#parts;
    const nameOf = (input: number): string => inputs[input] ?? '';
    const { values, stride, bias } = evaluator.evaluate(outputs, rows);
    const { biasSize } = evaluator;
    return rows.map((row, place) => {
      const ofRow = values.subarray(place * stride, place * stride + inputs.length);
      let total = bias[place] ?? Number.NaN;
      let size = biasSize;
      for (let input = 0; input < ofRow.length; input += 1) {
        const contribution = ofRow[input] ?? 0;
        total += contribution;
        size += Math.abs(contribution);
      }
      if (Number.isNaN(total)) return [];
      // A softmax that is not given costs the evaluation of all its columns: of a batch, one row is checked.
      const isChecked = check.kind !== 'softmax' || place === 0;
      const others = (): number[] => rivals.map((rival) => totalOf(rival, outputs, row, inputs.length));
      if (!isChecked || checksOut(check, { row, total, size }, outputs, others))
        return strongestReasons(ofRow, nameOf, most);
      this.#notice(`for some rows, bias and contributions add up to ${total}, which is not what the graph gives.`);
      return [];
    });
  }

  #notice(sentence: string): void {
    if (!this.#isNoticed) this.#parts.onNotice(sentence);
    this.#isNoticed = true;
  }
}

function totalOf(evaluator: FormEvaluator, outputs: Outputs, row: number, inputs: number): number {
  const { values, bias } = evaluator.evaluate(outputs, [row]);
  return values.subarray(0, inputs).reduce((sum, value) => sum + value, bias[0] ?? Number.NaN);
}
