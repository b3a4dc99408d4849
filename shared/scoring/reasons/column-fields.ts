import { type Column, categories, type GraphView } from './graph-view.js';
import { movedColumn } from './moved-column.js';

/** The input fields that a column of the graph comes from. */
export interface ColumnFields {
  readonly names: ReadonlySet<string>;
  /** The operator that mixes them so that none has a share of its own, such as a MatMul; undefined where none does. */
  readonly mixedBy: string | undefined;
}

/** Each number comes from the numbers at the same place of the operands. */
const ELEMENTWISE = new Set(
  `Abs Add And Acos Asin Atan BitShift Cast Ceil Celu Clip Cos Div Elu Equal Erf Exp Floor Greater GreaterOrEqual
  HardSigmoid HardSwish IsInf IsNaN LeakyRelu Less LessOrEqual Log Max Mean Min Mod Mul Neg Not Or Pow PRelu Reciprocal
  Relu Round Selu Sigmoid Sign Sin Softplus Softsign Sqrt Sub Sum Tan Tanh ThresholdedRelu Where Xor`.split(/\s+/),
);
/** Each column comes from the same column of the first operand; the rest is what was learnt. */
const OF_FIRST = new Set(['LabelEncoder', 'CategoryMapper', 'Imputer', 'Scaler', 'Binarizer', 'BatchNormalization']);
/** They run a graph of their own, which may take any value of this one. */
const WITH_GRAPHS = new Set(['If', 'Loop', 'Scan', 'SequenceMap']);

const NONE: ColumnFields = { names: new Set(), mixedBy: undefined };

/** Which fields each column of a graph comes from, found from its operators alone. */
export class FieldsOfColumns {
  readonly #view: GraphView;
  /** All fields there are. */
  readonly #count: number;
  readonly #known = new Map<string, ColumnFields>();
  readonly #reached = new Map<string, ReadonlySet<string>>();

  constructor(view: GraphView) {
    this.#view = view;
    this.#count = new Set(Array.from(view.inputs.values()).flat()).size;
  }

  /** @throws KitError 'model-unexplained' where the operators do not tell how many columns a value has. */
  of(column: Column): ColumnFields {
    const key = `${column.column} ${column.value}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = this.#find(column);
    this.#known.set(key, found);
    return found;
  }

  #find({ value, column }: Column): ColumnFields {
    const view = this.#view;
    if (view.constant(value) !== undefined) return NONE;
    const fields = view.inputs.get(value);
    if (fields !== undefined) return { names: new Set(fields.slice(column, column + 1)), mixedBy: undefined };
    const moved = movedColumn(view, { value, column });
    if (moved !== undefined) return this.of(moved);
    const node = view.producer(value);
    if (node === undefined) return NONE;
    const [first = '', second = ''] = node.inputs;
    const at = (operand: string, place: number): Column => ({ value: operand, column: place });
    if (OF_FIRST.has(node.op)) return this.of(at(first, column));
    if (node.op === 'OneHotEncoder') return this.of(at(first, Math.floor(column / categories(node))));
    if (node.op === 'Gather' && view.constant(first) !== undefined)
      return this.of(at(second, Math.floor(column / (view.constant(first)?.shape[1] ?? 1))));
    if (ELEMENTWISE.has(node.op)) {
      const operands = view.variables(node);
      return union(operands.map((operand) => this.of(at(operand, view.width(operand) === 1 ? 0 : column))));
    }
    return this.#mixed(value, column);
  }

  /** Of a product with a matrix, what the column has weights for; of any other operator, all that it can come from. */
  #mixed(value: string, column: number): ColumnFields {
    const view = this.#view;
    const node = view.producer(value);
    const weights = node?.op === 'MatMul' ? view.constant(node.inputs[1] ?? '') : undefined;
    if (node === undefined || weights?.shape.length !== 2) {
      const names = this.#reach(value);
      return { names, mixedBy: names.size > 1 ? node?.op : undefined };
    }
    const [rows = 0, columns = 1] = weights.shape;
    const names = new Set<string>();
    let mixed: string | undefined;
    for (let row = 0; row < rows && names.size < this.#count; row += 1) {
      if (weights.values[row * columns + column] === 0) continue;
      const ofRow = this.of({ value: node.inputs[0] ?? '', column: row });
      for (const name of ofRow.names) names.add(name);
      mixed ??= ofRow.mixedBy;
    }
    return { names, mixedBy: names.size > 1 ? (mixed ?? node.op) : undefined };
  }

  #reach(value: string): ReadonlySet<string> {
    const known = this.#reached.get(value);
    if (known !== undefined) return known;
    const { inputs } = this.#view;
    const node = this.#view.producer(value);
    const names = new Set(inputs.get(value));
    const sources = node !== undefined && WITH_GRAPHS.has(node.op) ? [...inputs.keys()] : (node?.inputs ?? []);
    for (const source of sources) for (const name of this.#reach(source)) names.add(name);
    this.#reached.set(value, names);
    return names;
  }
}

function union(all: readonly ColumnFields[]): ColumnFields {
  const names = new Set(all.flatMap((each) => [...each.names]));
  return { names, mixedBy: names.size > 1 ? all.find(({ mixedBy }) => mixedBy !== undefined)?.mixedBy : undefined };
}
