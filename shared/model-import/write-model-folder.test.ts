import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { ImportedModel } from './imported-model.js';
import { temporaryFolders } from './temporary-folders.js';
import { writeModelFolder } from './write-model-folder.js';

const folders = temporaryFolders('write-model-folder-');
afterAll(() => folders.remove());

const model: ImportedModel = {
  graph: new Uint8Array([1, 2, 3]),
  card: {
    name: 'sums',
    version: '1',
    description: '',
    task: 'regression',
    inputs: [{ name: 'a', type: 'number', optional: false }],
    output: { tensor: 'y' },
  },
};

it('writes golden rows one a line, so that a change of one is one line', async () => {
  const folder = await folders.make();
  const rows = [1, 2].map((a) => ({ input: { a }, score: a / 10 }));
  await writeModelFolder(folder, { ...model, golden: { madeBy: 'R 4.2.2', tolerance: 1e-6, rows } });
  expect(await readFile(join(folder, 'golden.json'), 'utf8')).toBe(`{
  "madeBy": "R 4.2.2",
  "tolerance": 0.000001,
  "rows": [
    {"input":{"a":1},"score":0.1},
    {"input":{"a":2},"score":0.2}
  ]
}
`);
});

it('takes golden rows of a former model away where the new one has none', async () => {
  const folder = await folders.make();
  await writeModelFolder(folder, { ...model, golden: { madeBy: 'R', tolerance: 1e-6, rows: [] } });
  await writeModelFolder(folder, model);
  await expect(readFile(join(folder, 'golden.json'))).rejects.toMatchObject({ code: 'ENOENT' });
});
