import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { KitError } from '#shared/errors';
import type { ModelCard, ModelInput } from './model-card.js';
import type { OnnxRuntime } from './onnx-runtime.js';

/** One input of the graph, fed from one field of the row or from several as its columns. */
interface GraphInput {
  readonly tensor: string;
  readonly type: Tensor.Type;
  readonly fields: readonly ModelInput[];
  /** 1 for shape [N], 2 for [N, columns]. */
  readonly rank: number;
}

/** Turns rows into the graph's tensors: names, types and order come from the card, element types from the graph. */
export class GraphInputs {
  readonly #runtime: OnnxRuntime;
  readonly #inputs: readonly GraphInput[];

  /** @throws KitError 'model-invalid' when card and graph do not fit together. */
  constructor(runtime: OnnxRuntime, card: ModelCard, metadata: readonly InferenceSession.ValueMetadata[]) {
    this.#runtime = runtime;
    const fieldsByTensor = groupByTensor(card.inputs);
    this.#inputs = metadata.map((meta) => graphInput(meta, fieldsByTensor.get(meta.name), card.name));
    for (const [tensor, fields] of fieldsByTensor) {
      if (!metadata.some(({ name }) => name === tensor)) {
        const names = metadata.map(({ name }) => name).join(', ');
        throw new KitError(
          'model-invalid',
          `The card of ${card.name} feeds "${fields[0]?.name}" to the graph input "${tensor}", which the graph does not have; it has ${names}.`,
        );
      }
    }
  }

  /** Why the row cannot be scored; undefined when it can. */
  problem(row: Readonly<Record<string, unknown>>): KitError | undefined {
    for (const { fields } of this.#inputs) {
      for (const field of fields) {
        const problem = fieldProblem(field, row[field.name]);
        if (problem !== undefined) return problem;
      }
    }
    return undefined;
  }

  /** The tensors of rows that have no problem. */
  feeds(rows: readonly Readonly<Record<string, unknown>>[]): Record<string, Tensor> {
    const { Tensor } = this.#runtime;
    const feeds: Record<string, Tensor> = {};
    for (const input of this.#inputs) {
      const columns = input.fields.length;
      const dims = input.rank === 1 ? [rows.length] : [rows.length, columns];
      feeds[input.tensor] =
        input.type === 'string'
          ? new Tensor('string', textColumns(input.fields, rows), dims)
          : numberTensor(Tensor, input, numberColumns(input.fields, rows), dims);
    }
    return feeds;
  }
}

function groupByTensor(inputs: readonly ModelInput[]): Map<string, ModelInput[]> {
  const groups = new Map<string, ModelInput[]>();
  for (const input of inputs) {
    const tensor = input.tensor ?? input.name;
    groups.set(tensor, [...(groups.get(tensor) ?? []), input]);
  }
  return groups;
}

const NUMBER_TYPES: readonly Tensor.Type[] = ['float32', 'float64', 'int64', 'int32', 'bool'];

function graphInput(
  meta: InferenceSession.ValueMetadata,
  fields: readonly ModelInput[] | undefined,
  model: string,
): GraphInput {
  const wrong = (sentence: string): KitError => new KitError('model-invalid', `The card of ${model}: ${sentence}`);
  if (!meta.isTensor) throw wrong(`the graph input "${meta.name}" is no tensor, and only tensors can be fed.`);
  if (fields === undefined) throw wrong(`the graph input "${meta.name}" is fed by no input of the card.`);
  const wanted = meta.type === 'string' ? 'string' : 'number';
  if (wanted === 'number' && !NUMBER_TYPES.includes(meta.type)) {
    throw wrong(
      `the graph input "${meta.name}" is of type ${meta.type}; only string, ${NUMBER_TYPES.join(', ')} can be fed.`,
    );
  }
  for (const { name, type, optional } of fields) {
    if (type !== wanted)
      throw wrong(`the input "${name}" is a ${type}, but the graph's "${meta.name}" takes ${meta.type}.`);
    if (optional && meta.type !== 'string' && !meta.type.startsWith('float')) {
      throw wrong(
        `the input "${name}" is optional, but the graph's "${meta.name}" (${meta.type}) has no way to say "missing".`,
      );
    }
  }
  const rank = meta.shape.length;
  const columns = meta.shape[1];
  if (rank !== 1 && rank !== 2)
    throw wrong(`the graph input "${meta.name}" has ${rank} dimensions; [N] and [N, columns] can be fed.`);
  if (rank === 1 ? fields.length !== 1 : typeof columns === 'number' && columns > 0 && columns !== fields.length) {
    throw wrong(
      `the graph input "${meta.name}" has ${rank === 1 ? 1 : columns} columns, but the card feeds it ${fields.length}.`,
    );
  }
  return { tensor: meta.name, type: meta.type, fields, rank };
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'number' && Number.isNaN(value));
}

function fieldProblem({ name, type, optional }: ModelInput, value: unknown): KitError | undefined {
  if (isMissing(value)) {
    return optional ? undefined : new KitError('record-unscorable', `The required input "${name}" is missing.`);
  }
  if (typeof value === type || (type === 'number' && (typeof value === 'boolean' || typeof value === 'bigint')))
    return undefined;
  return new KitError('record-unscorable', `The input "${name}" is a ${typeof value}; the model takes a ${type}.`);
}

function textColumns(fields: readonly ModelInput[], rows: readonly Readonly<Record<string, unknown>>[]): string[] {
  const columns: string[] = [];
  for (const row of rows) {
    for (const { name } of fields) columns.push(textOf(row[name]));
  }
  return columns;
}

function numberColumns(
  fields: readonly ModelInput[],
  rows: readonly Readonly<Record<string, unknown>>[],
): Float64Array {
  const columns = new Float64Array(rows.length * fields.length);
  let at = 0;
  for (const row of rows) {
    for (const { name } of fields) {
      const value = row[name];
      columns[at++] = value === undefined || value === null ? Number.NaN : Number(value);
    }
  }
  return columns;
}

function numberTensor(
  Tensor: OnnxRuntime['Tensor'],
  { type, tensor }: GraphInput,
  values: Float64Array,
  dims: number[],
): Tensor {
  switch (type) {
    case 'float32':
      return new Tensor('float32', Float32Array.from(values), dims);
    case 'float64':
      return new Tensor('float64', values, dims);
    case 'int32':
      return new Tensor('int32', Int32Array.from(values), dims);
    case 'int64':
      return new Tensor(
        'int64',
        BigInt64Array.from(values, (value) => BigInt(Math.trunc(value))),
        dims,
      );
    case 'bool':
      return new Tensor(
        'bool',
        Uint8Array.from(values, (value) => (value === 0 ? 0 : 1)),
        dims,
      );
    default:
      throw new KitError('internal', `The graph input "${tensor}" of type ${type} passed the check at load.`);
  }
}

// `problem` has refused everything else.
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
