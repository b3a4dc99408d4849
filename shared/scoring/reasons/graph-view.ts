import { KitError } from '#shared/errors';
import type { OnnxFile, OnnxNode, OnnxTensor } from '#shared/onnx';

/** One column of a value of the graph; a value of shape [N] is its column 0. */
export interface Column {
  readonly value: string;
  readonly column: number;
}

/** No table has more; a file that says so is not worth the memory. */
const MOST_COLUMNS = 1_000_000;

/** What follows no known pattern is not explained: the sentence says what was met. */
export const unexplained = (sentence: string): KitError => new KitError('model-unexplained', sentence);

/** A graph seen as columns: which node makes a value, how many columns it has, which of them are constants. */
export class GraphView {
  /** The fields that fill the columns of each graph input. */
  readonly inputs: ReadonlyMap<string, readonly string[]>;
  readonly #file: OnnxFile;
  readonly #producers = new Map<string, { readonly node: OnnxNode; readonly order: number }>();
  readonly #constants = new Map<string, OnnxTensor | undefined>();
  readonly #widths = new Map<string, number>();

  /** @throws KitError 'model-unexplained' where the nodes are not in the order in which they depend on each other. */
  constructor(file: OnnxFile, inputs: ReadonlyMap<string, readonly string[]>) {
    this.#file = file;
    this.inputs = inputs;
    const made = new Set(file.nodes.flatMap(({ outputs }) => outputs));
    for (const [order, node] of file.nodes.entries()) {
      const early = node.inputs.find((input) => input !== '' && made.has(input) && !this.#producers.has(input));
      if (early !== undefined) throw unexplained(`its ${node.op} comes before what makes its operand "${early}".`);
      for (const output of node.outputs) this.#producers.set(output, { node, order });
    }
  }

  /** The node that gives a value; undefined for inputs and constants. */
  producer(value: string): OnnxNode | undefined {
    return this.#producers.get(value)?.node;
  }

  /** A number greater than those of all values that it is made from. */
  order(value: string): number {
    return this.#producers.get(value)?.order ?? -1;
  }

  constant(value: string): OnnxTensor | undefined {
    if (!this.#constants.has(value)) this.#constants.set(value, this.#file.constant(value));
    return this.#constants.get(value);
  }

  /** The number that a constant adds to, or multiplies, a column of what it is combined with. */
  constantAt({ value, column }: Column): number | undefined {
    if (this.isGuard(value)) return 0;
    const tensor = this.constant(value);
    if (tensor === undefined || tensor.type === 'string') return undefined;
    const width = tensor.shape.at(-1) ?? 1;
    // One row for all rows; a constant with rows of its own is no constant of a column.
    if (tensor.values.length !== width) return undefined;
    return Number(tensor.values[width === 1 ? 0 : column]);
  }

  /** The values of a constant list of whole numbers, such as axes and indices. */
  integers(value: string | undefined): readonly number[] | undefined {
    const tensor = value === undefined || value === '' ? undefined : this.constant(value);
    return tensor?.values.map(Number);
  }

  /** The operands of a node that depend on the row. */
  variables(node: OnnxNode): string[] {
    return node.inputs.filter((input) => input !== '' && this.constant(input) === undefined && !this.isGuard(input));
  }

  /** Whether a value is 0 or, for rows that must have no score, NaN: added, it changes no score that there is. */
  isGuard(value: string): boolean {
    const node = this.producer(value);
    if (node?.op !== 'Where') return false;
    const branches = node.inputs.slice(1).map((input) => this.constant(input)?.values);
    return branches.every((values) => values?.every((each) => each === 0 || Number.isNaN(each)) ?? false);
  }

  /**
   * How many columns a value has.
   * @throws KitError 'model-unexplained' where the graph's operators do not tell.
   */
  width(value: string): number {
    const known = this.#widths.get(value);
    if (known !== undefined) return known;
    const width = this.#findWidth(value);
    if (!Number.isInteger(width) || width < 1 || width > MOST_COLUMNS)
      throw unexplained(`how many columns its value "${value}" has is not told.`);
    this.#widths.set(value, width);
    return width;
  }

  #findWidth(value: string): number {
    const fields = this.inputs.get(value);
    if (fields !== undefined) return fields.length;
    const constant = this.constant(value);
    if (constant !== undefined) return constant.shape.at(-1) ?? 1;
    const node = this.producer(value);
    const first = node?.inputs[0];
    if (node === undefined || first === undefined) return Number.NaN;
    const widthOfRule = WIDTHS[node.op];
    if (widthOfRule !== undefined) return widthOfRule(this, node, first, value);
    return Math.max(...node.inputs.filter((input) => input !== '').map((input) => this.width(input)));
  }
}

type Width = (view: GraphView, node: OnnxNode, first: string, value: string) => number;

const asFirst: Width = (view, _, first) => view.width(first);
const sum: Width = (view, { inputs }) => inputs.reduce((width, input) => width + view.width(input), 0);
const one: Width = () => 1;
const ofReduction: Width = (view, node) => {
  const axes = node.ints('axes').length > 0 ? node.ints('axes') : view.integers(node.inputs[1]);
  return axes?.length === 1 && (axes[0] === 1 || axes[0] === -1) ? 1 : Number.NaN;
};
const ofClasses: Width = (_, node, __, value) => (value === node.outputs[0] ? 1 : classes(node));

/** How many labels a classifier of ai.onnx.ml has. */
export function classes(node: OnnxNode): number {
  const texts = ['classlabels_strings', 'classlabels_string'].flatMap((name) => node.strings(name));
  const numbers = ['classlabels_int64s', 'classlabels_ints'].flatMap((name) => node.ints(name));
  return texts.length > 0 ? texts.length : numbers.length;
}

/** How many columns a OneHotEncoder makes of one. */
export function categories(node: OnnxNode): number {
  return node.strings('cats_strings').length + node.ints('cats_int64s').length;
}

/** Operators whose width is not that of their widest operand. */
const WIDTHS: Readonly<Record<string, Width>> = {
  Concat: sum,
  FeatureVectorizer: sum,
  Squeeze: asFirst,
  Unsqueeze: asFirst,
  Flatten: asFirst,
  Reshape: (view, { inputs }, first) => {
    const shape = view.integers(inputs[1]) ?? [];
    const last = shape.at(-1) ?? Number.NaN;
    if (shape.length === 1) return 1;
    return last > 0 ? last : view.width(first);
  },
  Gather: (view, node, first) => {
    const indices = view.integers(node.inputs[1]);
    if (indices !== undefined) return indices.length;
    const table = view.constant(first);
    return table?.shape.length === 1 ? view.width(node.inputs[1] ?? '') : (table?.shape[1] ?? Number.NaN);
  },
  ArrayFeatureExtractor: (view, { inputs }) => view.integers(inputs[1])?.length ?? Number.NaN,
  Slice: (view, { inputs }, first) => {
    const [from = Number.NaN, to = Number.NaN] = sliceOf(view, inputs, view.width(first)) ?? [];
    return to - from;
  },
  Split: (view, node, first, value) => splitSizes(view, node, first)[node.outputs.indexOf(value)] ?? Number.NaN,
  OneHotEncoder: (view, node, first) => view.width(first) * categories(node),
  MatMul: (view, { inputs }) =>
    view.constant(inputs[1] ?? '')?.shape.length === 2 ? view.width(inputs[1] ?? '') : Number.NaN,
  Gemm: (view, node) => {
    const shape = view.constant(node.inputs[1] ?? '')?.shape;
    return shape?.[node.int('transB', 0) === 1 ? 0 : 1] ?? Number.NaN;
  },
  LinearRegressor: (_, node) => node.int('targets', 1),
  TreeEnsembleRegressor: (_, node) => node.int('n_targets', 1),
  LinearClassifier: ofClasses,
  TreeEnsembleClassifier: ofClasses,
  ReduceSum: ofReduction,
  ReduceMean: ofReduction,
  ReduceMax: ofReduction,
  ReduceMin: ofReduction,
  ArgMax: one,
  ArgMin: one,
};

/** From and to of a Slice of columns, by steps of one; undefined where it is another. */
export function sliceOf(
  view: GraphView,
  [, starts, ends, axes, steps]: readonly string[],
  width: number,
): readonly [number, number] | undefined {
  const [[start], [end], [axis], [step]] = [starts, ends, axes, steps].map((each) => view.integers(each) ?? []) as [
    readonly number[],
    readonly number[],
    readonly number[],
    readonly number[],
  ];
  if (start === undefined || end === undefined || (axis !== 1 && axis !== -1) || (step ?? 1) !== 1) return undefined;
  const within = (place: number): number => Math.min(width, Math.max(0, place < 0 ? place + width : place));
  return [within(start), within(end)];
}

/** The widths of the parts of a Split of columns; none where it is another. */
export function splitSizes(view: GraphView, node: OnnxNode, first: string): readonly number[] {
  const axis = node.int('axis', 0);
  if (axis !== 1 && axis !== -1) return [];
  const sizes = node.ints('split').length > 0 ? node.ints('split') : view.integers(node.inputs[1]);
  return sizes ?? node.outputs.map(() => view.width(first) / node.outputs.length);
}
