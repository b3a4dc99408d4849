import type { Ops } from './ops.js';

/** Inverses of link functions, from a linear predictor to a probability or a mean. */
export const INVERSE_LINKS = {
  none: (_: Ops, y: string) => y,
  logit: (ops: Ops, y: string) => ops.node('Sigmoid', [y]),
  probit: (ops: Ops, y: string) => half(ops, inFloat(ops, 'Erf', ops.node('Mul', [y, ops.number(Math.SQRT1_2)]))),
  cloglog: (ops: Ops, y: string) =>
    ops.node('Sub', [ops.number(1), ops.node('Exp', [ops.node('Neg', [ops.node('Exp', [y])])])]),
  loglog: (ops: Ops, y: string) => ops.node('Exp', [ops.node('Neg', [ops.node('Exp', [ops.node('Neg', [y])])])]),
  cauchit: (ops: Ops, y: string) => half(ops, ops.node('Mul', [inFloat(ops, 'Atan', y), ops.number(2 / Math.PI)])),
  exp: (ops: Ops, y: string) => ops.node('Exp', [y]),
} as const;

/** (1 + x) / 2 */
function half(ops: Ops, x: string): string {
  return ops.node('Add', [ops.node('Mul', [x, ops.number(0.5)]), ops.number(0.5)]);
}

// ONNX Runtime has these two in float32 only: 1e-7 of a probability.
function inFloat(ops: Ops, op: 'Erf' | 'Atan', x: string): string {
  const float = ops.node('Cast', [x], { to: { int: 1 } });
  return ops.toDouble(ops.node(op, [float]));
}
