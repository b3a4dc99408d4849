import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GraphBuilder } from '#shared/onnx';

/**
 * Writes a model folder, with hash and golden rows, into a folder and gives its path: the score is the number `a` plus the
 * number of the text `carrier` (UA is 1, AA is 2, every other 0); it is "large" from 3 on. The graph's second output,
 * `parts`, has the two numbers. `changes` go over the card.
 */
export function writeSumModel(into: string, changes: object = {}): string {
  const graph = new GraphBuilder('sum');
  const a = graph.input('a', 'float', ['N', 1]);
  const carrier = graph.input('carrier', 'string', ['N', 1]);
  const encoder = {
    keys_strings: { strings: ['UA', 'AA'] },
    values_floats: { floats: [1, 2] },
    default_float: { float: 0 },
  };
  const encoded = graph.node('LabelEncoder', [carrier], encoder, { domain: 'ai.onnx.ml' });
  graph.output(graph.node('Add', [a, encoded], {}, { output: 'sum' }), 'float', ['N', 1]);
  graph.output(graph.node('Concat', [a, encoded], { axis: { int: 1 } }, { output: 'parts' }), 'float', ['N', 2]);
  const bytes = graph.toBytes();
  const card = {
    name: 'sum',
    version: '1',
    task: 'regression',
    inputs: [
      { name: 'a', type: 'number' },
      { name: 'carrier', type: 'string' },
    ],
    output: { tensor: 'sum' },
    threshold: 3,
    labels: ['small', 'large'],
    reasons: { tensor: 'parts', names: ['a', 'carrier'] },
    sha256: createHash('sha256').update(bytes).digest('hex'),
    ...changes,
  };
  const golden = { madeBy: 'hand', tolerance: 1e-6, rows: [{ input: { a: 1, carrier: 'ZZ' }, score: 1 }] };
  const folder = mkdtempSync(join(into, 'model-'));
  writeFileSync(join(folder, 'model.onnx'), bytes);
  writeFileSync(join(folder, 'model.json'), JSON.stringify(card));
  writeFileSync(join(folder, 'golden.json'), JSON.stringify(golden));
  return folder;
}
