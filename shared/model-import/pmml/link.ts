import { inverseLink } from '../inverse-link.js';
import { arctangent } from './arctangent.js';
import type { Ops } from './ops.js';

/** Inverses of link functions, from a linear predictor of shape [N, 1] to a probability or a mean. */
export const INVERSE_LINKS = {
  none: (_: Ops, y: string) => y,
  logit: (ops: Ops, y: string) => ops.node('Sigmoid', [y]),
  probit: (ops: Ops, y: string) => inverseLink(ops.builder, 'probit', y),
  cloglog: (ops: Ops, y: string) =>
    ops.node('Sub', [ops.number(1), ops.node('Exp', [ops.node('Neg', [ops.node('Exp', [y])])])]),
  loglog: (ops: Ops, y: string) => ops.node('Exp', [ops.node('Neg', [ops.node('Exp', [ops.node('Neg', [y])])])]),
  cauchit: (ops: Ops, y: string) => half(ops, ops.node('Mul', [arctangent(ops, y), ops.number(2 / Math.PI)])),
  exp: (ops: Ops, y: string) => ops.node('Exp', [y]),
} as const;

/** (1 + x) / 2 */
function half(ops: Ops, x: string): string {
  return ops.node('Add', [ops.node('Mul', [x, ops.number(0.5)]), ops.number(0.5)]);
}
