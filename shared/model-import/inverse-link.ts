import type { GraphBuilder } from '#shared/onnx';

/** The links of generalized linear models whose inverse can be computed in doubles by ONNX Runtime. */
export const LINKS = ['identity', 'log', 'logit', 'probit', 'cloglog', 'inverse', 'sqrt'] as const;
export type Link = (typeof LINKS)[number];

/** The mean of a generalized linear model from its linear predictor, both doubles [N, 1]. */
export function inverseLink(builder: GraphBuilder, link: Link, eta: string): string {
  const one = builder.constant('double', [1]);
  const minusOne = builder.constant('double', [-1]);
  switch (link) {
    case 'identity':
      return eta;
    case 'log':
      return builder.node('Exp', [eta]);
    case 'logit':
      return builder.node('Sigmoid', [eta]);
    case 'probit':
      return normalDistribution(builder, eta);
    case 'cloglog': {
      const survival = builder.node('Exp', [builder.node('Mul', [minusOne, builder.node('Exp', [eta])])]);
      return builder.node('Sub', [one, survival]);
    }
    case 'inverse':
      return builder.node('Div', [one, eta]);
    case 'sqrt':
      return builder.node('Mul', [eta, eta]);
  }
}

// Hart's rational approximation of the normal distribution's tail, good to 15 digits (Computer Approximations, 1968;
// constants as in West, "Better approximations to cumulative normal functions", 2005). From the power 0 up.
const HART_ABOVE = [
  220.206867912376, 221.213596169931, 112.079291497871, 33.912866078383, 6.37396220353165, 0.700383064443688,
  0.0352624965998911, 0,
];
const HART_BELOW = [
  440.413735824752, 793.826512519948, 637.333633378831, 296.564248779674, 86.7807322029461, 16.064177579207,
  1.75566716318264, 0.0883883476483184,
];
/** Beyond it the tail is 0 in doubles. */
const FURTHEST = 38;

/** ONNX Runtime's Erf knows only float, so the distribution is computed from its rational approximation. */
function normalDistribution(builder: GraphBuilder, x: string): string {
  const constant = (value: number): string => builder.constant('double', [value]);
  const distance = builder.node('Min', [builder.node('Abs', [x]), constant(FURTHEST)]);
  const square = builder.node('Mul', [distance, distance]);
  const density = builder.node('Exp', [builder.node('Mul', [square, constant(-0.5)])]);
  const powers = builder.node('Pow', [distance, builder.constant('double', [0, 1, 2, 3, 4, 5, 6, 7], [1, 8])]);
  const polynomial = (coefficients: readonly number[]): string =>
    builder.node('MatMul', [powers, builder.constant('double', coefficients, [8, 1])]);
  const tail = builder.node('Mul', [density, builder.node('Div', [polynomial(HART_ABOVE), polynomial(HART_BELOW)])]);
  const upper = builder.node('Sub', [constant(1), tail]);
  // Neither holds of NaN, which stays what it is.
  const notBelow = builder.node('Where', [builder.node('Greater', [x, constant(0)]), upper, x]);
  return builder.node('Where', [builder.node('LessOrEqual', [x, constant(0)]), tail, notBelow]);
}
