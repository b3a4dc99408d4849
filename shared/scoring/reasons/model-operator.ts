import type { OnnxNode } from '#shared/onnx';
import { type Column, classes, type GraphView } from './graph-view.js';

/** A column that a linear or a tree operator of ai.onnx.ml gives: offset ± its target, then the post transform. */
export interface ModelOutput {
  readonly node: OnnxNode;
  readonly isTrees: boolean;
  readonly postTransform: string;
  /** Which line of coefficients, or which sum of leaves. */
  readonly target: number;
  readonly sign: 1 | -1;
  readonly offset: number;
}

/** What a column is as the output of a model operator; undefined where it is none, or the label of a classifier. */
export function modelOutput(view: GraphView, { value, column }: Column): ModelOutput | undefined {
  const node = view.producer(value);
  if (node?.domain !== 'ai.onnx.ml') return undefined;
  const postTransform = node.string('post_transform', 'NONE');
  const isTrees = node.op.startsWith('TreeEnsemble');
  const plain = { node, isTrees, postTransform, target: column, sign: 1, offset: 0 } as const;
  if (node.op === 'LinearRegressor' || node.op === 'TreeEnsembleRegressor') return plain;
  if ((node.op !== 'LinearClassifier' && node.op !== 'TreeEnsembleClassifier') || value !== node.outputs[1])
    return undefined;
  if (classes(node) !== 2 || !hasOneTarget(node)) return plain;
  // One target for two labels is the second's; as ONNX Runtime has it, only LOGISTIC is applied then.
  const single = { ...plain, postTransform: postTransform === 'LOGISTIC' ? postTransform : 'NONE', target: 0 };
  if (column === 1) return single;
  const isShare =
    single.postTransform === 'NONE' && (!isTrees || node.floats('class_weights').every((weight) => weight >= 0));
  return { ...single, sign: -1, offset: isShare ? 1 : 0 };
}

function hasOneTarget(node: OnnxNode): boolean {
  return node.op === 'LinearClassifier'
    ? node.floats('intercepts').length === 1
    : node.ints('class_ids').every((id) => id === 0);
}
