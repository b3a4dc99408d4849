import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GraphBuilder } from '#shared/onnx';
import type { ModelFiles } from './index.js';

/** A model whose score is its input `x` plus a number; its version is that number unless said. */
export function plusModel(
  plus: number,
  { version = String(plus), input = 'x', ...more }: PlusOptions = {},
): ModelFiles {
  const graph = new GraphBuilder('plus');
  const x = graph.input(input, 'double', ['N', 1]);
  graph.node('Add', [x, graph.constant('double', [plus])], {}, { output: 'y' });
  graph.output('y', 'double', ['N', 1]);
  const card = {
    name: 'plus',
    version,
    task: 'regression',
    inputs: [{ name: input, type: 'number' }],
    output: { tensor: 'y' },
    ...more.card,
  };
  const golden = { rows: [{ input: { [input]: 1 }, score: more.golden ?? 1 + plus }] };
  return { graph: Buffer.from(graph.toBytes()), card: JSON.stringify(card), golden: JSON.stringify(golden) };
}

interface PlusOptions {
  readonly version?: string;
  /** The field that it reads. */
  readonly input?: string;
  readonly card?: object;
  /** What its golden row says that 1 is scored. */
  readonly golden?: number;
}

/** The files in a folder of their own. */
export function folderOf({ graph, card, golden }: ModelFiles): string {
  const folder = mkdtempSync(join(tmpdir(), 'model-'));
  writeFileSync(join(folder, 'model.onnx'), graph);
  writeFileSync(join(folder, 'model.json'), card);
  if (golden !== undefined) writeFileSync(join(folder, 'golden.json'), golden);
  return folder;
}
