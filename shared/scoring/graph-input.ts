import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { KitError } from '#shared/errors';
import type { ModelCard, ModelInput } from './model-card.js';
import { type NumberFields, numberFields } from './number-fields.js';

/** One input of the graph, fed from one field of the row, or from several as its columns. */
export interface GraphInput {
  readonly tensor: string;
  readonly type: Tensor.Type;
  readonly fields: readonly ModelInput[];
  /** Of one row: [] for a graph input [N], [columns], or a nested array's dimensions. */
  readonly rowShape: readonly number[];
  /** Elements of one row. */
  readonly width: number;
  /** Where any number can be fed and nothing else: how rows that have them are read quickly. */
  readonly numbers: NumberFields | undefined;
}

const NUMBER_TYPES: readonly Tensor.Type[] = ['float32', 'float64', 'int64', 'int32', 'bool'];

/** Whether a graph input has a way to say "missing": NaN, or the empty text. */
const canMiss = (type: Tensor.Type): boolean => type === 'string' || type.startsWith('float');

/**
 * What the card feeds to each input of the graph.
 * @throws KitError 'model-invalid' where card and graph do not fit together.
 */
export function graphInputs(card: ModelCard, metadata: readonly InferenceSession.ValueMetadata[]): GraphInput[] {
  const names = new Set<string>();
  for (const { name } of card.inputs) {
    if (names.has(name)) throw new KitError('model-invalid', `The card of ${card.name} has the input "${name}" twice.`);
    names.add(name);
  }
  const fieldsByTensor = new Map<string, ModelInput[]>();
  for (const input of card.inputs) {
    const tensor = input.tensor ?? input.name;
    fieldsByTensor.set(tensor, [...(fieldsByTensor.get(tensor) ?? []), input]);
  }
  for (const [tensor, fields] of fieldsByTensor) {
    if (metadata.some(({ name }) => name === tensor)) continue;
    const has = metadata.map(({ name }) => name).join(', ');
    throw new KitError(
      'model-invalid',
      `The card of ${card.name} feeds "${fields[0]?.name}" to the graph input "${tensor}", which the graph does not have; it has ${has}.`,
    );
  }
  return metadata.map((meta) => graphInput(meta, fieldsByTensor.get(meta.name), card.name));
}

/**
 * The rows that the graph takes in one run where its inputs fix them, as an export with a batch size does.
 * @throws KitError 'model-invalid' where two inputs fix different numbers of rows.
 */
export function fixedRows(card: ModelCard, metadata: readonly InferenceSession.ValueMetadata[]): number | undefined {
  const sizes = metadata.flatMap((meta) => {
    const first = meta.isTensor ? meta.shape[0] : undefined;
    return typeof first === 'number' && first > 0 ? [first] : [];
  });
  if (new Set(sizes).size <= 1) return sizes[0];
  throw new KitError('model-invalid', `The inputs of ${card.name} take ${sizes.join(' and ')} rows; they must agree.`);
}

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
    if (optional && !canMiss(meta.type)) {
      throw wrong(
        `the input "${name}" is optional, but the graph's "${meta.name}" (${meta.type}) has no way to say "missing".`,
      );
    }
  }
  const [first, ...others] = fields;
  const shape = first?.shape;
  if (shape === undefined) return columns(meta, fields, wrong);
  if (others.length > 0) throw wrong(`the input "${first?.name}" has a shape, so it fills "${meta.name}" alone.`);
  return nestedArray(meta, fields, shape, wrong);
}

function columns(
  { name, type, shape }: InferenceSession.TensorValueMetadata,
  fields: readonly ModelInput[],
  wrong: (sentence: string) => KitError,
): GraphInput {
  const shaped = fields.find((field) => field.shape !== undefined);
  if (shaped !== undefined) throw wrong(`the input "${shaped.name}" has a shape, so it fills "${name}" alone.`);
  const rank = shape.length;
  if (rank !== 1 && rank !== 2) {
    const hint = rank > 2 ? `; an input that is a nested array says its "shape" in the card` : '';
    throw wrong(`the graph input "${name}" has ${rank} dimensions; [N] and [N, columns] take single fields${hint}.`);
  }
  const wanted = rank === 1 ? 1 : shape[1];
  if (typeof wanted === 'number' && wanted > 0 && wanted !== fields.length) {
    throw wrong(`the graph input "${name}" has ${wanted} columns, but the card feeds it ${fields.length}.`);
  }
  const numbers = type.startsWith('float') ? numberFields(fields) : undefined;
  return { tensor: name, type, fields, rowShape: rank === 1 ? [] : [fields.length], width: fields.length, numbers };
}

function nestedArray(
  { name, type, shape: [, ...graphShape] }: InferenceSession.TensorValueMetadata,
  fields: readonly ModelInput[],
  shape: readonly number[],
  wrong: (sentence: string) => KitError,
): GraphInput {
  const fits = graphShape.every((size, index) => typeof size !== 'number' || size <= 0 || size === shape[index]);
  if (graphShape.length !== shape.length || !fits) {
    throw wrong(
      `the input "${fields[0]?.name}" has the shape [${shape.join(', ')}], but the graph's "${name}" takes [${graphShape.join(', ')}] for each row.`,
    );
  }
  const width = shape.reduce((product, size) => product * size, 1);
  return { tensor: name, type, fields, rowShape: shape, width, numbers: undefined };
}
