import type { OnnxNode } from '#shared/onnx';
import type { Column, GraphView } from './graph-view.js';
import { modelOutput } from './model-operator.js';
import { movedColumn } from './moved-column.js';

export interface WeightedColumn extends Column {
  readonly coefficient: number;
}

/** A column as a weighted sum of columns that come before it. */
export interface LinearSum {
  readonly bias: number;
  readonly columns: readonly WeightedColumn[];
}

/** One step back through a linear operator; undefined where the operator is none. */
export function linearSum(view: GraphView, column: Column): LinearSum | undefined {
  const moved = movedColumn(view, column);
  if (moved !== undefined) return { bias: 0, columns: [{ ...moved, coefficient: 1 }] };
  const node = view.producer(column.value);
  return node && (SUMS[node.op]?.(view, node, column) ?? linearModel(view, column));
}

type Step = (view: GraphView, node: OnnxNode, column: Column) => LinearSum | undefined;

/** The columns of the operands that meet in a column; an operand of one column meets all. */
function operands(view: GraphView, { inputs }: OnnxNode, column: number): Column[] {
  return inputs.map((value) => ({ value, column: view.width(value) === 1 ? 0 : column }));
}

const weighted =
  (coefficientOf: (place: number, count: number) => number): Step =>
  (view, node, { column }) => ({
    bias: 0,
    columns: operands(view, node, column).map((each, place) => ({
      ...each,
      coefficient: coefficientOf(place, node.inputs.length),
    })),
  });

const product: Step = (view, node, { column }) => {
  const [first, second] = operands(view, node, column);
  if (first === undefined || second === undefined) return undefined;
  const [left, right] = [view.constantAt(first), view.constantAt(second)];
  if (right !== undefined) return { bias: 0, columns: [{ ...first, coefficient: right }] };
  return left === undefined ? undefined : { bias: 0, columns: [{ ...second, coefficient: left }] };
};

const quotient: Step = (view, node, { column }) => {
  const [first, second] = operands(view, node, column);
  const divisor = second && view.constantAt(second);
  return first && divisor !== undefined ? { bias: 0, columns: [{ ...first, coefficient: 1 / divisor }] } : undefined;
};

const matrixProduct: Step = (view, node, { column }) => {
  const { inputs, op } = node;
  const [left = '', right = '', added = ''] = inputs;
  const matrix = view.constant(right);
  if (matrix?.shape.length !== 2 || (op === 'Gemm' && node.int('transA', 0) === 1)) return undefined;
  const [height = 0, width = 1] = matrix.shape;
  const transposed = op === 'Gemm' && node.int('transB', 0) === 1;
  const alpha = op === 'Gemm' ? node.float('alpha', 1) : 1;
  const columns: WeightedColumn[] = Array.from({ length: transposed ? width : height }, (_, row) => ({
    value: left,
    column: row,
    coefficient: alpha * Number(matrix.values[transposed ? column * width + row : row * width + column]),
  }));
  if (op === 'Gemm' && added !== '')
    columns.push({
      value: added,
      column: view.width(added) === 1 ? 0 : column,
      coefficient: node.float('beta', 1),
    });
  return { bias: 0, columns };
};

const rowSum =
  (isMean: boolean): Step =>
  (view, node, { value }) => {
    const [operand = ''] = node.inputs;
    // Its own width is told only where it sums the columns of each row.
    if (view.width(value) !== 1) return undefined;
    const width = view.width(operand);
    const coefficient = isMean ? 1 / width : 1;
    return {
      bias: 0,
      columns: Array.from({ length: width }, (_, column) => ({ value: operand, column, coefficient })),
    };
  };

const scaler: Step = (_, node, { column }) => {
  const at = (values: readonly number[], otherwise: number): number =>
    values[values.length === 1 ? 0 : column] ?? otherwise;
  const coefficient = at(node.floats('scale'), 1);
  const bias = -at(node.floats('offset'), 0) * coefficient;
  return { bias, columns: [{ value: node.inputs[0] ?? '', column, coefficient }] };
};

const SUMS: Readonly<Record<string, Step>> = {
  Add: weighted(() => 1),
  Sum: weighted(() => 1),
  Sub: weighted((place) => (place === 0 ? 1 : -1)),
  Neg: weighted(() => -1),
  Mean: weighted((_, count) => 1 / count),
  Mul: product,
  Div: quotient,
  MatMul: matrixProduct,
  Gemm: matrixProduct,
  ReduceSum: rowSum(false),
  ReduceMean: rowSum(true),
  Scaler: scaler,
};

/** A LinearRegressor or LinearClassifier that gives its sums as they are. */
function linearModel(view: GraphView, column: Column): LinearSum | undefined {
  const output = modelOutput(view, column);
  return output === undefined || output.isTrees || output.postTransform !== 'NONE'
    ? undefined
    : sumOfLinearModel(view, output.node, output);
}

/** The sum that a linear operator of ai.onnx.ml makes before its post transform. */
export function sumOfLinearModel(
  view: GraphView,
  node: OnnxNode,
  { target, sign, offset }: { readonly target: number; readonly sign: number; readonly offset: number },
): LinearSum {
  const [value = ''] = node.inputs;
  const width = view.width(value);
  const coefficients = node.floats('coefficients');
  return {
    bias: offset + sign * (node.floats('intercepts')[target] ?? 0),
    columns: Array.from({ length: width }, (_, column) => ({
      value,
      column,
      coefficient: sign * (coefficients[target * width + column] ?? 0),
    })),
  };
}
