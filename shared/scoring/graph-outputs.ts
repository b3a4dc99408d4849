import type { Tensor } from 'onnxruntime-node';
import { KitError } from '#shared/errors';

/** A value of an output, for one row: a single one, or a nested array. */
export type OutputValue = string | number | boolean | readonly OutputValue[];

/** One output of the graph, cut into rows. */
export interface RowsOfOutput {
  /** Values of one row. */
  readonly width: number;
  /** The numbers of all rows, one row after the other; texts have none. */
  readonly all: Float64Array | Float32Array | undefined;
  /** The numbers of one row; texts have none. */
  numbers(row: number): Float64Array | Float32Array | undefined;
  /** As JSON has it. */
  value(row: number): OutputValue;
}

/**
 * Cuts an output into its rows.
 * @throws KitError 'model-invalid' where its first dimension is not the number of rows that went in.
 */
export function rowsOf(model: string, name: string, { data, dims, type }: Tensor, rows: number): RowsOfOutput {
  const [first, ...shape] = dims;
  if (first !== rows) {
    throw new KitError(
      'model-invalid',
      `The output "${name}" of ${model} is of shape [${dims.join(', ')}] for ${rows} rows; its first dimension must be the rows.`,
    );
  }
  const width = shape.reduce((product, size) => product * size, 1);
  const numbers = numbersOf(data);
  return {
    width,
    all: numbers,
    numbers: (row) => numbers?.subarray(row * width, (row + 1) * width),
    value(row) {
      const values = Array.from({ length: width }, (_, column) => element(data[row * width + column], type));
      return nested(values, shape);
    },
  };
}

function numbersOf(data: Tensor['data']): Float32Array | Float64Array | undefined {
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float64Array.from(data, Number);
  return Array.isArray(data) ? undefined : Float64Array.from(data as ArrayLike<number>);
}

function element(value: unknown, type: Tensor.Type): string | number | boolean {
  if (typeof value === 'bigint') return Number(value);
  if (type === 'bool') return value === 1;
  return value as string | number;
}

function nested(values: readonly OutputValue[], shape: readonly number[]): OutputValue {
  const [size = 1, ...inner] = shape;
  // [N] and [N, 1] are one value a row.
  if (inner.length === 0) return shape.length === 0 || size === 1 ? (values[0] ?? 0) : values;
  const step = values.length / size;
  return Array.from({ length: size }, (_, index) => nested(values.slice(index * step, (index + 1) * step), inner));
}
