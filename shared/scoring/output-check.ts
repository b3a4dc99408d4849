import type { InferenceSession } from 'onnxruntime-node';
import { KitError } from '#shared/errors';
import type { ModelCard } from './model-card.js';

/**
 * Checks that the graph gives what the card says of its output, as far as the graph declares it.
 * @throws KitError 'model-invalid'.
 */
export function checkOutputs(card: ModelCard, metadata: readonly InferenceSession.ValueMetadata[]): void {
  const wrong = (sentence: string): KitError => new KitError('model-invalid', `The card of ${card.name} ${sentence}`);
  const { tensor, column } = card.output;
  const output = outputOf(card, tensor, 'the output', metadata);
  if (output.type === 'string') throw wrong(`names the output "${tensor}", which is text; a score is a number.`);
  const columns = columnsOf(output);
  // A graph that declares one column may give more: what converters write of several targets.
  if (column !== undefined && columns !== undefined && columns > 1 && column >= columns) {
    throw wrong(`reads column ${column} of the output "${tensor}", which has ${columns}; they count from 0.`);
  }
  const labels = card.labels?.length;
  if (card.task === 'binary' && labels !== undefined && labels !== 2) {
    throw wrong(`has ${labels} labels for the task binary, which has two: of a score below and from the threshold.`);
  }
  const isOneAColumn = (card.task === 'multiclass' || card.task === 'clustering') && column === undefined;
  if (isOneAColumn && labels !== undefined && columns !== undefined && labels !== columns) {
    throw wrong(`has ${labels} labels, but the output "${tensor}" has ${columns} columns, one a label.`);
  }
  if (card.reasons === undefined) return;
  const reasons = columnsOf(outputOf(card, card.reasons.tensor, 'for its reasons the output', metadata));
  const { names } = card.reasons;
  if (names !== undefined && reasons !== undefined && names.length !== reasons) {
    throw wrong(`names ${names.length} reasons, but the output "${card.reasons.tensor}" has ${reasons} columns.`);
  }
}

function outputOf(
  card: ModelCard,
  tensor: string,
  what: string,
  metadata: readonly InferenceSession.ValueMetadata[],
): InferenceSession.TensorValueMetadata {
  const output = metadata.find(({ name }) => name === tensor);
  if (output?.isTensor === true) return output;
  const has = metadata.map(({ name, isTensor }) => (isTensor ? name : `${name} (no tensor)`)).join(', ');
  throw new KitError('model-invalid', `The card of ${card.name} names ${what} "${tensor}"; the graph has ${has}.`);
}

/** Values of one row, where the graph says so. */
function columnsOf({ shape }: InferenceSession.TensorValueMetadata): number | undefined {
  // No dimensions at all: what the runtime cannot infer, such as what stood in front of a ZipMap, looks like a scalar.
  if (shape.length === 0) return undefined;
  const [, ...row] = shape;
  let columns = 1;
  for (const size of row) {
    if (typeof size !== 'number' || size <= 0) return undefined;
    columns *= size;
  }
  return columns;
}
