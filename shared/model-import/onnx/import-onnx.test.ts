import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '#shared/onnx';
import { projectFile } from '#shared/project-file';
import { temporaryFolders } from '../temporary-folders.js';
import { importOnnx } from './import-onnx.js';

const folders = temporaryFolders('import-onnx-');
afterAll(() => folders.remove());
const fixture = (name: string): string => fileURLToPath(projectFile(`shared/scoring/fixtures/${name}/model.onnx`));

async function drafted(graph: GraphBuilder) {
  const file = join(await folders.make(), 'my-model.onnx');
  await writeFile(file, graph.toBytes());
  return importOnnx(file);
}

describe('importOnnx drafts', () => {
  it('an input a graph input, and a classifier from the ZipMap at its end', async () => {
    const { card } = await importOnnx(fixture('sklearn-logistic-regression'));
    expect(card.inputs.map(({ name, type }) => `${name}: ${type}`)).toContain('contract: string');
    expect(card).toMatchObject({
      task: 'binary',
      output: { tensor: 'output_probability', column: 1 },
      labels: ['0', '1'],
    });
  });

  it('columns that are to be named', async () => {
    const { card, notes } = await importOnnx(fixture('sklearn-random-forest'));
    expect(card).toMatchObject({ task: 'multiclass', labels: expect.any(Array) });
    expect(card.inputs[0]).toMatchObject({
      name: expect.stringMatching(/_1$/),
      type: 'number',
      tensor: expect.any(String),
    });
    expect(notes?.[0]).toContain("put in your fields' names, in order");
  });

  it('a sequence, and a regression', async () => {
    const graph = new GraphBuilder('sequence');
    const x = graph.input('x', 'float', ['N', 7, 3]);
    graph.node('ReduceMean', [x], { axes: { ints: [1, 2] }, keepdims: { int: 0 } }, { output: 'y' });
    graph.output('y', 'float', ['N']);
    const { card } = await drafted(graph);
    expect(card).toMatchObject({ name: 'my-model', task: 'regression', inputs: [{ name: 'x', shape: [7, 3] }] });
  });
});

describe('importOnnx refuses', () => {
  it('a graph that does not say how many columns an input has', async () => {
    const graph = new GraphBuilder('unknown');
    graph.node('Identity', [graph.input('x', 'float', ['N', 'C'])], {}, { output: 'y' });
    graph.output('y', 'float', ['N', 'C']);
    await expect(drafted(graph)).rejects.toThrow('"x" does not say how many columns it has');
  });

  it('what is no ONNX file, or not there', async () => {
    const file = join(await folders.make(), 'page.onnx');
    await writeFile(file, '<html>');
    await expect(importOnnx(file)).rejects.toThrow(/page\.onnx: The file is no ONNX graph/);
    await expect(importOnnx('/no/such/file.onnx')).rejects.toMatchObject({ code: 'model-missing' });
  });
});
