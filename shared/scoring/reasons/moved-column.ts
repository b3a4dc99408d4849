import { type Column, type GraphView, sliceOf, splitSizes } from './graph-view.js';

/** ONNX's numbers of float, float16 and double. */
const FLOATING = new Set([1, 10, 11]);
const isOfColumns = (axis: number): boolean => axis === 1 || axis === 2 || axis === -1;

/** The column that a column repeats: operators that cut, join and reshape change no number. Undefined for all others. */
export function movedColumn(view: GraphView, { value, column }: Column): Column | undefined {
  const node = view.producer(value);
  const first = node?.inputs[0];
  if (node === undefined || first === undefined || view.constant(value) !== undefined) return undefined;
  const at = (place: number | undefined): Column | undefined =>
    place === undefined ? undefined : { value: first, column: place };
  switch (node.op) {
    case 'Identity':
    case 'Squeeze':
    case 'Unsqueeze':
    case 'Flatten':
      return at(column);
    case 'Cast':
      return FLOATING.has(node.int('to', 0)) ? at(column) : undefined;
    case 'Reshape':
      return view.width(value) === view.width(first) ? at(column) : undefined;
    case 'Concat':
      return isOfColumns(node.int('axis', 1)) ? joined(view, node.inputs, column) : undefined;
    case 'FeatureVectorizer':
      return joined(view, node.inputs, column);
    case 'Gather':
      return isOfColumns(node.int('axis', 0)) ? at(indexed(view, node.inputs, column)) : undefined;
    case 'ArrayFeatureExtractor':
      return at(indexed(view, node.inputs, column));
    case 'Slice': {
      const [from] = sliceOf(view, node.inputs, view.width(first)) ?? [];
      return from === undefined ? undefined : at(from + column);
    }
    case 'Split': {
      const sizes = splitSizes(view, node, first);
      if (sizes.length === 0) return undefined;
      return at(sizes.slice(0, node.outputs.indexOf(value)).reduce((sum, size) => sum + size, column));
    }
    default:
      return undefined;
  }
}

function joined(view: GraphView, inputs: readonly string[], column: number): Column | undefined {
  let before = 0;
  for (const value of inputs) {
    const width = view.width(value);
    if (column < before + width) return { value, column: column - before };
    before += width;
  }
  return undefined;
}

function indexed(view: GraphView, [data = '', indices]: readonly string[], column: number): number | undefined {
  const index = view.constant(data) === undefined ? view.integers(indices)?.[column] : undefined;
  return index !== undefined && index < 0 ? index + view.width(data) : index;
}
