import type { OnnxNode } from '#shared/onnx';
import type { Column, GraphView } from './graph-view.js';
import { modelOutput } from './model-operator.js';
import { movedColumn } from './moved-column.js';

/** Where a score is made: the column before the link, and the link's name. */
export interface Core {
  readonly column: Column;
  /** The operator, or the post transform, between it and the score; undefined where there is none. */
  readonly link: string | undefined;
  /** -1 where the score falls as the core rises. */
  readonly direction: 1 | -1;
}

/** Links that rise with their operand. */
const RISING = new Set(
  `Atan Cast Ceil Clip Elu Erf Exp Floor HardSigmoid LeakyRelu Log LogSoftmax Max Min Normalizer Relu Round Sigmoid
  Softmax Softplus Softsign Sqrt Tanh`.split(/\s+/),
);

/**
 * Walks back from a score through what has a single operand that depends on the row, to the last link on that way: of
 * 1 - exp(-exp(η)) to η, of p = sigmoid(2 m) to 2 m.
 */
export function coreOf(view: GraphView, score: Column): Core {
  let core: Core = { column: score, link: undefined, direction: 1 };
  let column = score;
  let direction: 1 | -1 = 1;
  for (;;) {
    const moved = movedColumn(view, column);
    if (moved !== undefined) {
      column = moved;
      continue;
    }
    const { postTransform = 'NONE' } = modelOutput(view, column) ?? {};
    if (postTransform !== 'NONE') return { column, link: postTransform, direction };
    const node = view.producer(column.value);
    const step = node && stepBack(view, node, column);
    if (step === undefined) return core;
    column = step.column;
    if (step.isFalling) direction = direction === 1 ? -1 : 1;
    if (step.isLink) core = { column, link: node?.op, direction };
  }
}

interface StepBack {
  readonly column: Column;
  readonly isFalling: boolean;
  readonly isLink: boolean;
}

function stepBack(view: GraphView, node: OnnxNode, { column: place }: Column): StepBack | undefined {
  const [value, ...others] = new Set(view.variables(node));
  if (value === undefined || others.length > 0) return undefined;
  const column = { value, column: view.width(value) === 1 ? 0 : place };
  const isFirst = node.inputs[0] === value;
  // The constant that it is combined with, where there is one.
  const [first, second] = node.inputs.map((input) =>
    view.constantAt({ value: input, column: view.width(input) === 1 ? 0 : place }),
  );
  const constant = first ?? second;
  if (RISING.has(node.op)) return { column, isFalling: false, isLink: true };
  switch (node.op) {
    case 'Add':
      return { column, isFalling: false, isLink: false };
    case 'Sub':
      return constant === undefined ? undefined : { column, isFalling: !isFirst, isLink: false };
    case 'Neg':
      return { column, isFalling: true, isLink: false };
    case 'Mul':
      // y · y, the link of the square root.
      if (constant === undefined) return { column, isFalling: false, isLink: true };
      return { column, isFalling: constant < 0, isLink: false };
    case 'Div':
      if (constant === undefined) return undefined;
      return { column, isFalling: isFirst === constant < 0, isLink: !isFirst };
    case 'Reciprocal':
      return { column, isFalling: true, isLink: true };
    case 'Pow':
      if (constant === undefined) return undefined;
      return { column, isFalling: isFirst ? constant < 0 : constant < 1, isLink: true };
    default:
      return undefined;
  }
}
