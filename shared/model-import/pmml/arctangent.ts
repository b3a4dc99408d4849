import type { Ops } from './ops.js';

/**
 * The arctangent in double precision. ONNX Runtime has it in float32 only; a step of Newton's method from there,
 * y − (tan y − x) · cos² y, leaves an error of 1e-14 where |x| ≤ 1, and the rest is ±π/2 − arctan 1/x.
 */
export function arctangent(ops: Ops, x: string): string {
  const isLarge = ops.node('Greater', [ops.node('Abs', [x]), ops.number(1)]);
  const small = ops.where(isLarge, ops.node('Div', [ops.number(1), x]), x);
  const y = ops.inFloat32('Atan', small);
  const cos = ops.node('Cos', [y]);
  const off = ops.node('Sub', [ops.node('Sin', [y]), ops.node('Mul', [small, cos])]);
  const angle = ops.node('Sub', [y, ops.node('Mul', [off, cos])]);
  const quarter = ops.node('Mul', [ops.node('Sign', [x]), ops.number(Math.PI / 2)]);
  return ops.where(isLarge, ops.node('Sub', [quarter, angle]), angle);
}

/** The arcsine by the arctangent: NaN beyond ±1. */
export function arcsine(ops: Ops, x: string): string {
  const cosine = ops.node('Sqrt', [ops.node('Sub', [ops.number(1), ops.node('Mul', [x, x])])]);
  return arctangent(ops, ops.node('Div', [x, cosine]));
}

/** The arccosine, likewise. */
export function arccosine(ops: Ops, x: string): string {
  return ops.node('Sub', [ops.number(Math.PI / 2), arcsine(ops, x)]);
}
