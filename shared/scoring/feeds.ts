import type { Tensor } from 'onnxruntime-node';
import { KitError } from '#shared/errors';
import type { GraphInput } from './graph-input.js';
import type { OnnxRuntime } from './onnx-runtime.js';

type Row = Readonly<Record<string, unknown>>;

/** The tensors of rows that have no problem, for `places` rows: what is left over repeats the last row. */
export function feeds(
  { Tensor }: OnnxRuntime,
  inputs: readonly GraphInput[],
  rows: readonly Row[],
  places: number,
): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  for (const input of inputs) {
    const dims = [places, ...input.rowShape];
    const size = places * input.width;
    if (input.type === 'string')
      tensors[input.tensor] = new Tensor('string', padded(texts(input, rows), input, size), dims);
    else tensors[input.tensor] = numberTensor(Tensor, input, rows, size, dims);
  }
  return tensors;
}

function texts(input: GraphInput, rows: readonly Row[]): string[] {
  const values: string[] = [];
  for (const row of rows) {
    for (const { name, shape } of input.fields) {
      const value = row[name];
      if (shape === undefined) values.push(textOf(value));
      else for (const element of elementsOf(value, input)) values.push(textOf(element));
    }
  }
  return values;
}

function padded(values: string[], { width }: GraphInput, size: number): string[] {
  while (values.length < size) values.push(values[values.length - width] ?? '');
  return values;
}

function numberTensor(
  Tensor: OnnxRuntime['Tensor'],
  input: GraphInput,
  rows: readonly Row[],
  size: number,
  dims: number[],
): Tensor {
  switch (input.type) {
    case 'float32':
      return new Tensor('float32', floats(new Float32Array(size), input, rows), dims);
    case 'float64':
      return new Tensor('float64', floats(new Float64Array(size), input, rows), dims);
    case 'int32':
      return new Tensor('int32', filled(new Int32Array(size), input, rows, numberOf), dims);
    case 'int64':
      return new Tensor('int64', filled(new BigInt64Array(size), input, rows, integerOf), dims);
    case 'bool':
      return new Tensor('bool', filled(new Uint8Array(size), input, rows, numberOf), dims);
    default:
      throw new KitError(
        'internal',
        `The graph input "${input.tensor}" of type ${input.type} passed the check at load.`,
      );
  }
}

/** As `filled`, and quicker where the fields are single numbers, as they are in most models. */
function floats<A extends Float32Array | Float64Array>(values: A, input: GraphInput, rows: readonly Row[]): A {
  const { numbers, width } = input;
  if (numbers === undefined) return filled(values, input, rows, numberOf);
  let at = 0;
  for (const row of rows) {
    if (!numbers.copy(row, values, at)) fillRow(values, at, input, row, numberOf);
    at += width;
  }
  return repeated(values, at, input);
}

interface Fillable<E> {
  readonly length: number;
  [index: number]: E;
  copyWithin(target: number, start: number, end: number): unknown;
}

function filled<E, A extends Fillable<E>>(
  values: A,
  input: GraphInput,
  rows: readonly Row[],
  convert: (value: unknown) => E,
): A {
  let at = 0;
  for (const row of rows) at = fillRow(values, at, input, row, convert);
  return repeated(values, at, input);
}

/** Gives the place behind the row. */
function fillRow<E, A extends Fillable<E>>(
  values: A,
  from: number,
  input: GraphInput,
  row: Row,
  convert: (value: unknown) => E,
): number {
  let at = from;
  for (const { name, shape } of input.fields) {
    const value = row[name];
    if (shape === undefined) values[at++] = convert(value);
    else for (const element of elementsOf(value, input)) values[at++] = convert(element);
  }
  return at;
}

/** Fills the places from `at` on with the row before them. */
function repeated<A extends Fillable<unknown>>(values: A, from: number, { width }: GraphInput): A {
  for (let at = from; at < values.length; at += width) values.copyWithin(at, at - width, at);
  return values;
}

/** The elements of a nested array; as many missing ones where the whole is missing. */
function elementsOf(value: unknown, { width, rowShape }: GraphInput): readonly unknown[] {
  return Array.isArray(value) ? value.flat(rowShape.length - 1) : Array.from({ length: width });
}

// `rowProblem` has refused everything else than numbers, bigints, booleans and what is missing.
function numberOf(value: unknown): number {
  return value === undefined || value === null ? Number.NaN : Number(value);
}

function integerOf(value: unknown): bigint {
  return BigInt(value as number | bigint | boolean);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
