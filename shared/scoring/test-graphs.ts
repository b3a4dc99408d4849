import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KitError } from '#shared/errors';
import { type ElementType, GraphBuilder } from '#shared/onnx';
import { type LoadOptions, loadModel } from './index.js';

/** A model folder without hash and golden rows. */
export function folder(graph: GraphBuilder, card: object): string {
  const path = mkdtempSync(join(tmpdir(), 'graph-'));
  writeFileSync(join(path, 'model.onnx'), graph.toBytes());
  writeFileSync(join(path, 'model.json'), JSON.stringify({ name: 'test', version: '1', ...card }));
  return path;
}

export async function scored(graph: GraphBuilder, card: object, rows: object[], options: LoadOptions = {}) {
  const model = await loadModel(folder(graph, card), options);
  try {
    return (await model.score(rows)).map((row) => (row instanceof KitError ? row.message : row));
  } finally {
    await model.close();
  }
}

/** score = x, for one graph input of a type. */
export function identity(type: ElementType, shape: (number | string)[] = ['N', 1]): GraphBuilder {
  const graph = new GraphBuilder('identity');
  const x = graph.input('x', type, shape);
  graph.node('Cast', [x], { to: { int: 11 } }, { output: 'y' });
  graph.output('y', 'double', shape);
  return graph;
}

export const regression = (input: object = {}) => ({
  task: 'regression',
  inputs: [{ name: 'x', type: 'number', ...input }],
  output: { tensor: 'y' },
});
export const value = (score: number) => ({ score, decision: null });
