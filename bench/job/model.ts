import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { GraphBuilder } from '#shared/onnx';
import { columnNames, columnValue, numbersOf, paymentOf } from './payments.js';
import { uniform } from './uniform.js';

// The model of the job: as large and as deep as a gradient-boosted model of a hundred trees is, and the same bytes wherever
// it is made. It has learnt nothing: what scoring costs follows from its shape.

const TREES = 100;
const DEPTH = 6;
const INNER = 2 ** DEPTH - 1;
const NODES = 2 ** (DEPTH + 1) - 1;
const GOLDEN_ROWS = 100;
const BATCH = 256;

const MODEL_VERSION = '1';
/** Of the graph: floats, one row of the numbers of a payment each; and their scores. */
export const INPUT = 'numbers';
export const OUTPUT = 'score';

/** Trees whose every leaf is at the same depth, each node's threshold a value that its column has. */
function treesGraph(): Uint8Array {
  const all = Array.from({ length: TREES * NODES }, (_, at) => {
    const [tree, node] = [Math.floor(at / NODES), at % NODES];
    const column = Math.floor(uniform(at, 101) * columnNames.length);
    // The nearer to the middle, the more even is what goes to both sides.
    const threshold = columnValue(column, 0.2 + 0.6 * uniform(at, 102));
    const weight = Math.fround((uniform(at, 103) - 0.5) / 2);
    return { tree, node, column, threshold, weight, isLeaf: node >= INNER };
  });
  const leaves = all.filter(({ isLeaf }) => isLeaf);
  const graph = new GraphBuilder('payments');
  const trees = graph.node(
    'TreeEnsembleRegressor',
    [graph.input(INPUT, 'float', ['N', columnNames.length])],
    {
      n_targets: { int: 1 },
      base_values: { floats: [-1] },
      nodes_treeids: { ints: all.map(({ tree }) => tree) },
      nodes_nodeids: { ints: all.map(({ node }) => node) },
      nodes_featureids: { ints: all.map(({ column, isLeaf }) => (isLeaf ? 0 : column)) },
      nodes_values: { floats: all.map(({ threshold, isLeaf }) => (isLeaf ? 0 : threshold)) },
      nodes_modes: { strings: all.map(({ isLeaf }) => (isLeaf ? 'LEAF' : 'BRANCH_LEQ')) },
      nodes_truenodeids: { ints: all.map(({ node, isLeaf }) => (isLeaf ? 0 : 2 * node + 1)) },
      nodes_falsenodeids: { ints: all.map(({ node, isLeaf }) => (isLeaf ? 0 : 2 * node + 2)) },
      // As converters write them.
      nodes_hitrates: { floats: all.map(() => 1) },
      nodes_missing_value_tracks_true: { ints: all.map(() => 0) },
      target_treeids: { ints: leaves.map(({ tree }) => tree) },
      target_nodeids: { ints: leaves.map(({ node }) => node) },
      target_ids: { ints: leaves.map(() => 0) },
      target_weights: { floats: leaves.map(({ weight }) => weight) },
    },
    { domain: 'ai.onnx.ml' },
  );
  graph.node('Sigmoid', [trees], {}, { output: OUTPUT });
  graph.output(OUTPUT, 'float', ['N', 1]);
  return graph.toBytes();
}

/** What the model itself says of the payments 0 … count - 1. */
export async function expectedScores(modelFile: string | Uint8Array, count: number): Promise<Float32Array> {
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1 };
  const session =
    typeof modelFile === 'string'
      ? await InferenceSession.create(modelFile, options)
      : await InferenceSession.create(modelFile, options);
  const expected = new Float32Array(count);
  for (let from = 0; from < count; from += BATCH) {
    const rows = Math.min(BATCH, count - from);
    const numbers = Float32Array.from(Array.from({ length: rows }, (_, row) => numbersOf(from + row)).flat());
    const outputs = await session.run({ [INPUT]: new Tensor('float32', numbers, [rows, columnNames.length]) });
    // The graph says that they are floats.
    expected.set(outputs[OUTPUT]?.data as Float32Array, from);
  }
  await session.release();
  return expected;
}

/** Writes the model's folder, as shared/scoring reads it, with model.onnx, which is all that a rival needs. */
export async function writeModel(folder: string): Promise<void> {
  const bytes = treesGraph();
  const expected = await expectedScores(bytes, GOLDEN_ROWS);
  const card = {
    name: 'payments',
    version: MODEL_VERSION,
    task: 'binary',
    inputs: columnNames.map((name) => ({ name, type: 'number', tensor: INPUT })),
    output: { tensor: OUTPUT },
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  const rows = Array.from(expected, (score, number) => {
    const { id: _, ...input } = paymentOf(number);
    return { input, score };
  });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.onnx'), bytes);
  writeFileSync(join(folder, 'model.json'), JSON.stringify(card));
  writeFileSync(join(folder, 'golden.json'), JSON.stringify({ madeBy: 'bench', tolerance: 1e-5, rows }));
}
