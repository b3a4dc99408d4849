import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readNotebooks, sourceOf } from './notebook.js';

const manifest = {
  title: 'Who leaves?',
  language: 'r',
  takes: 'a minute',
  data: ['datasets/churn'],
  models: ['demos/churn/model'],
  sources: ['notebooks/churn/churn.R'],
  moved: { quality: 0.001, score: 1e-6 },
};

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'notebooks-'));
});
afterEach(() => rm(root, { recursive: true }));

async function write(name: string, json: string): Promise<void> {
  await mkdir(join(root, 'notebooks', name), { recursive: true });
  await writeFile(join(root, 'notebooks', name, 'notebook.json'), json);
}

describe('the notebooks of a repository', () => {
  it('are the folders of notebooks/, by name; files and what Python leaves beside them are none', async () => {
    await write('titanic', JSON.stringify({ ...manifest, language: 'python', needs: ['java'] }));
    await write('churn', JSON.stringify(manifest));
    await writeFile(join(root, 'notebooks', 'model_folder.py'), '');
    await mkdir(join(root, 'notebooks', '__pycache__'));
    const notebooks = await readNotebooks(root);
    expect(notebooks.map(({ name, folder, needs }) => ({ name, folder, needs }))).toEqual([
      { name: 'churn', folder: 'notebooks/churn', needs: [] },
      { name: 'titanic', folder: 'notebooks/titanic', needs: ['java'] },
    ]);
    expect(notebooks.map(sourceOf)).toEqual(['notebooks/churn/churn.R', 'notebooks/titanic/titanic.py']);
  });

  it.each([
    ['no JSON', '{', /JSON/],
    ['a field too many', JSON.stringify({ ...manifest, source: [] }), /source/],
    ['a language that nothing runs', JSON.stringify({ ...manifest, language: 'julia' }), /language/],
    ['no model', JSON.stringify({ ...manifest, models: [] }), /models/],
  ])('are refused with %s', async (_what, json, found) => {
    await write('churn', json);
    const refusal = await readNotebooks(root).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'run-failed' });
    expect(String(refusal)).toMatch(/Reading notebooks\/churn\/notebook\.json: /);
    expect(String(refusal)).toMatch(found);
    expect(String(refusal)).not.toMatch(/\n/);
  });

  it('are refused where a folder has no notebook.json', async () => {
    await mkdir(join(root, 'notebooks', 'empty'), { recursive: true });
    await expect(readNotebooks(root)).rejects.toThrow(/^Reading notebooks\/empty\/notebook\.json: ENOENT/);
  });
});
