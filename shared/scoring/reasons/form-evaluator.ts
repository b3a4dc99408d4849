import type { RowsOfOutput } from '../graph-outputs.js';
import type { AdditiveForm } from './additive-form.js';
import { unexplained } from './graph-view.js';
import { type NodeCovers, PathContributions } from './path-contributions.js';

type Outputs = ReadonlyMap<string, RowsOfOutput>;

/** Contributions of some rows: of row i to the inputs in their order from i · stride on; what no input did is in its bias. */
export interface Contributions {
  readonly values: Float64Array;
  readonly stride: number;
  readonly bias: Float64Array;
}

interface Term {
  readonly value: string;
  readonly column: number;
  readonly coefficient: number;
  readonly slot: number;
}

interface Trees {
  readonly features: string;
  readonly paths: PathContributions;
}

/** Works out an additive form on rows: what each input added to its sum. */
export class FormEvaluator {
  readonly #inputs: number;
  readonly #bias: number;
  readonly #terms: readonly Term[];
  readonly #trees: readonly Trees[];
  /** Groups of inputs that share in equal parts, as their places. */
  readonly #shared: readonly (readonly number[])[];
  /** Means of the weighted columns over the example rows, by input: a column's contribution is what it adds beyond. */
  readonly #reference: Float64Array;
  readonly #sums: Float64Array;
  #examples = 0;

  constructor(form: AdditiveForm, inputs: readonly string[], coversOf: (output: string) => NodeCovers) {
    const slots = new Slots(inputs);
    let bias = form.bias;
    this.#inputs = inputs.length;
    this.#terms = Array.from(form.columns.values(), ({ fields, ...term }) => ({ ...term, slot: slots.of(fields) }));
    this.#trees = Array.from(form.ensembles.values(), ({ node, weights, features }) => {
      const covers = coversOf(node.outputs[0] ?? '');
      const { ensemble } = covers;
      for (const [target, weight] of weights) bias += weight * (ensemble.base[target] ?? 0);
      const leafValues = ensemble.leafValues(weights).map((value) => value * ensemble.scale);
      const slotOfFeature = features.map((fields) => slots.of(fields));
      return { features: node.inputs[0] ?? '', paths: new PathContributions(covers, leafValues, slotOfFeature) };
    });
    this.#bias = bias;
    this.#shared = slots.shared;
    this.#reference = new Float64Array(inputs.length);
    this.#sums = new Float64Array(inputs.length);
  }

  get #stride(): number {
    return this.#inputs + 1 + this.#shared.length;
  }

  /** Values of the graph that it reads. */
  get tensors(): string[] {
    return [...this.#terms.map(({ value }) => value), ...this.#trees.map(({ features }) => features)];
  }

  get isOnlyTrees(): boolean {
    return this.#terms.length === 0;
  }

  /** What the form gives before anything of a row is known; with contributions, the sum is the form's. */
  get bias(): number {
    const ofTrees = this.#trees.reduce((sum, { paths }) => sum + paths.bias, this.#bias);
    return this.#reference.reduce((sum, mean) => sum + mean, ofTrees);
  }

  /** How large the numbers are that the bias is made of; rounding is in proportion to it. */
  get biasSize(): number {
    const ofTrees = this.#trees.reduce((sum, { paths }) => sum + Math.abs(paths.bias), Math.abs(this.#bias));
    return this.#reference.reduce((sum, mean) => sum + Math.abs(mean), ofTrees);
  }

  /** Takes example rows into the means that the weighted columns refer to; those of trees follow from the covers. */
  learn(outputs: Outputs, rows: readonly number[]): void {
    if (this.#terms.length === 0) return;
    const stride = this.#stride;
    const values = new Float64Array(rows.length * stride);
    this.#addTerms(values, stride, outputs, rows);
    this.#share(values, stride);
    for (let start = 0; start < values.length; start += stride) {
      const ofRow = values.subarray(start, start + this.#inputs);
      // A row with a missing value that the model cannot take has no score either.
      if (!ofRow.every(Number.isFinite)) continue;
      this.#examples += 1;
      for (const [input, value] of ofRow.entries()) this.#sums[input] = (this.#sums[input] ?? 0) + value;
    }
    if (this.#examples > 0) this.#reference.set(this.#sums.map((sum) => sum / this.#examples));
  }

  /** @throws KitError 'model-unexplained' where the graph gave a tensor of another shape than its operators told. */
  evaluate(outputs: Outputs, rows: readonly number[]): Contributions {
    const stride = this.#stride;
    const values = new Float64Array(rows.length * stride);
    this.#addTerms(values, stride, outputs, rows);
    for (let start = 0; start < values.length; start += stride) {
      for (let input = 0; input < this.#inputs; input += 1)
        values[start + input] = (values[start + input] ?? 0) - (this.#reference[input] ?? 0);
    }
    for (const { features, paths } of this.#trees) {
      const table = tableOf(outputs, features);
      paths.addTo(values, stride, selected(table, rows), table.width);
    }
    this.#share(values, stride);
    const { bias } = this;
    const ofNoInput = (_: number, row: number): number => bias + (values[row * stride + this.#inputs] ?? 0);
    return { values, stride, bias: Float64Array.from(rows, ofNoInput) };
  }

  #addTerms(values: Float64Array, stride: number, outputs: Outputs, rows: readonly number[]): void {
    for (const { value, column, coefficient, slot } of this.#terms) {
      const { numbers, width } = tableOf(outputs, value, column);
      for (let row = 0; row < rows.length; row += 1) {
        const at = row * stride + slot;
        values[at] = (values[at] ?? 0) + coefficient * (numbers[(rows[row] ?? 0) * width + column] ?? Number.NaN);
      }
    }
  }

  #share(values: Float64Array, stride: number): void {
    for (const [index, inputs] of this.#shared.entries()) {
      for (let start = 0; start < values.length; start += stride) {
        const share = (values[start + this.#inputs + 1 + index] ?? 0) / inputs.length;
        for (const input of inputs) values[start + input] = (values[start + input] ?? 0) + share;
      }
    }
  }
}

interface Table {
  readonly numbers: Float32Array | Float64Array;
  readonly width: number;
}

/**
 * The numbers of a value, with at least `column` + 1 columns.
 * @throws KitError 'model-unexplained' where the graph gave another shape than its operators told.
 */
export function tableOf(outputs: Outputs, value: string, column = 0): Table {
  const output = outputs.get(value);
  if (output?.all === undefined || column >= output.width)
    throw unexplained(`the graph's value "${value}" is not of the shape that its operators tell.`);
  return { numbers: output.all, width: output.width };
}

/** Some rows of a table, as doubles: float32 numbers stay what they are. */
export function selected({ numbers, width }: Table, rows: readonly number[]): Float64Array {
  const values = new Float64Array(rows.length * width);
  for (const [place, row] of rows.entries())
    values.set(numbers.subarray(row * width, (row + 1) * width), place * width);
  return values;
}

/** Places in a row of contributions: one an input, one for what no input did, then one a group of inputs that share. */
class Slots {
  readonly shared: (readonly number[])[] = [];
  readonly #places: ReadonlyMap<string, number>;
  readonly #ofGroups = new Map<string, number>();

  constructor(inputs: readonly string[]) {
    this.#places = new Map(inputs.map((name, place) => [name, place]));
  }

  of(fields: readonly string[]): number {
    const places = fields.map((field) => this.#places.get(field) ?? this.#places.size).toSorted((a, b) => a - b);
    if (places.length < 2) return places[0] ?? this.#places.size;
    const known = this.#ofGroups.get(places.join());
    if (known !== undefined) return known;
    const slot = this.#places.size + 1 + this.shared.length;
    this.#ofGroups.set(places.join(), slot);
    this.shared.push(places);
    return slot;
  }
}
