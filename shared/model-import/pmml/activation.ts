import { arctangent } from './arctangent.js';
import type { Ops } from './ops.js';

const HALF_TURN = 2 / Math.PI;

type Activation = (ops: Ops, z: string) => string;

/** Activation functions of neurons that need nothing but the weighted sum. */
export const ACTIVATIONS = {
  logistic: (ops, z) => ops.node('Sigmoid', [z]),
  tanh: (ops, z) => ops.node('Tanh', [z]),
  identity: (_, z) => z,
  exponential: (ops, z) => ops.node('Exp', [z]),
  reciprocal: (ops, z) => ops.node('Div', [ops.number(1), z]),
  square: (ops, z) => ops.node('Mul', [z, z]),
  Gauss: (ops, z) => ops.node('Exp', [ops.node('Neg', [ops.node('Mul', [z, z])])]),
  sine: (ops, z) => ops.node('Sin', [z]),
  cosine: (ops, z) => ops.node('Cos', [z]),
  Elliott: (ops, z) => ops.node('Div', [z, ops.node('Add', [ops.number(1), ops.node('Abs', [z])])]),
  arctan: (ops, z) => ops.node('Mul', [arctangent(ops, z), ops.number(HALF_TURN)]),
  // A comparison leaves NaN as it is.
  rectifier: (ops, z) => ops.where(ops.node('Less', [z, ops.number(0)]), ops.number(0), z),
} as const satisfies Readonly<Record<string, Activation>>;

/** 1 above a threshold, 0 elsewhere. */
export function thresholdActivation(ops: Ops, z: string, threshold: number): string {
  const over = ops.where(ops.node('Greater', [z, ops.number(threshold)]), ops.number(1), ops.number(0));
  return ops.where(ops.isMissing(z), z, over);
}
