import { z } from 'zod';
import { inverseLink, type Link } from '../inverse-link.js';
import { matrixOf, row } from './double-nodes.js';
import type { Column, PipelineGraph } from './pipeline-graph.js';
import { featuresOf, type Prediction, refuseUnequalThresholds, thresholdOf } from './predictor.js';
import type { SavedStage } from './saved-stage.js';
import { matrix, vector } from './vectors.js';

const logisticRow = z.object({
  numClasses: z.number().int().min(2),
  interceptVector: vector,
  coefficientMatrix: matrix,
  isMultinomial: z.boolean(),
});
const linearRow = z.object({ intercept: z.number(), coefficients: vector });

/** LogisticRegression: of two classes by the logistic function, of several by the softmax. */
export async function logisticRegression(stage: SavedStage, graph: PipelineGraph): Promise<Prediction> {
  const { builder } = graph;
  const saved = await stage.row(logisticRow);
  const { coefficientMatrix: coefficients, interceptVector: intercepts, numClasses: classes } = saved;
  const lines = saved.isMultinomial ? classes : 1;
  if (coefficients.length !== lines || intercepts.length !== lines || (!saved.isMultinomial && classes !== 2))
    throw stage.refusal(`it has ${coefficients.length} lines of coefficients for ${classes} classes`);
  const features = await featuresOf(stage, graph, coefficients[0]?.length ?? 0);
  const algorithm = 'logistic regression';
  if (!saved.isMultinomial) {
    const eta = linear(graph, features, coefficients[0] ?? [], intercepts[0] ?? 0);
    const tensor = graph.end(builder.node('Sigmoid', [graph.refusing(eta)]), 'probability', 1);
    const reasons = contributions(graph, features, coefficients[0] ?? []);
    const card = { task: 'binary', output: { tensor }, threshold: thresholdOf(stage), reasons } as const;
    return { card, algorithm, classes };
  }
  const transposed = features.sources.map((_, at) => coefficients.map((line) => line[at] ?? 0));
  const products = builder.node('MatMul', [features.value, matrixOf(builder, transposed)]);
  const margins = builder.node('Add', [products, row(builder, intercepts)]);
  const tensor = graph.end(
    builder.node('Softmax', [graph.refusing(margins)], { axis: { int: 1 } }),
    'probabilities',
    classes,
  );
  if (classes === 2)
    return {
      card: { task: 'binary', output: { tensor, column: 1 }, threshold: thresholdOf(stage) },
      algorithm,
      classes,
    };
  refuseUnequalThresholds(stage);
  return { card: { task: 'multiclass', output: { tensor } }, algorithm, classes };
}

/** LinearRegression. */
export async function linearRegression(stage: SavedStage, graph: PipelineGraph): Promise<Prediction> {
  return await generalized(stage, graph, 'identity', 'linear regression');
}

const LINKS: Readonly<Record<string, Link>> = {
  identity: 'identity',
  log: 'log',
  logit: 'logit',
  probit: 'probit',
  cloglog: 'cloglog',
  inverse: 'inverse',
  sqrt: 'sqrt',
};
const CANONICAL: Readonly<Record<string, Link>> = {
  gaussian: 'identity',
  binomial: 'logit',
  poisson: 'log',
  gamma: 'inverse',
};

/** GeneralizedLinearRegression of the gaussian, binomial, poisson and gamma families. */
export async function generalizedLinearRegression(stage: SavedStage, graph: PipelineGraph): Promise<Prediction> {
  const { parameters } = stage;
  const family = parameters.text('family', 'gaussian').toLowerCase();
  const canonical = CANONICAL[family];
  if (canonical === undefined) throw stage.refusal(`the family "${family}" is not understood`);
  const name = parameters.has('link') ? parameters.text('link').toLowerCase() : canonical;
  const link = LINKS[name];
  if (link === undefined) throw stage.refusal(`the link "${name}" is not understood`);
  if (parameters.has('offsetCol') && parameters.text('offsetCol') !== '')
    throw stage.refusal('it has an offset column, which is not understood');
  return await generalized(stage, graph, link, `generalized linear regression (${family}, ${name})`);
}

async function generalized(
  stage: SavedStage,
  graph: PipelineGraph,
  link: Link,
  algorithm: string,
): Promise<Prediction> {
  const { intercept, coefficients } = await stage.row(linearRow);
  const features = await featuresOf(stage, graph, coefficients.length);
  const eta = linear(graph, features, coefficients, intercept);
  const tensor = graph.end(graph.refusing(inverseLink(graph.builder, link, eta)), 'prediction', 1);
  const reasons = contributions(graph, features, coefficients);
  return { card: { task: 'regression', output: { tensor }, reasons }, algorithm };
}

function linear(graph: PipelineGraph, features: Column, coefficients: readonly number[], intercept: number): string {
  const { builder } = graph;
  const line = matrixOf(
    builder,
    coefficients.map((coefficient) => [coefficient]),
  );
  return builder.node('Add', [builder.node('MatMul', [features.value, line]), row(builder, [intercept])]);
}

/** Each field's share of the linear predictor: coefficient times value, over the features that the field makes. */
function contributions(
  graph: PipelineGraph,
  features: Column,
  coefficients: readonly number[],
): { tensor: string; names: string[] } {
  const { builder } = graph;
  const names = graph.inputs().map(({ name }) => name);
  const shares = features.sources.map((source, at) =>
    names.map((name) => (name === source ? (coefficients[at] ?? 0) : 0)),
  );
  const value = builder.node('MatMul', [features.value, matrixOf(builder, shares)]);
  return { tensor: graph.alsoGive(value, 'contributions'), names };
}
