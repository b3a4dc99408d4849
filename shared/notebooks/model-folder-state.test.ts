import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { restore, stateOf } from './model-folder-state.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'model-folder-'));
});
afterEach(() => rm(root, { recursive: true }));

describe('the state of a model folder', () => {
  it('is put back: files as they were, and none that came since', async () => {
    const folder = join(root, 'model');
    await mkdir(folder);
    await writeFile(join(folder, 'model.json'), 'old');
    const state = await stateOf(folder);
    await writeFile(join(folder, 'model.json'), 'new');
    await writeFile(join(folder, 'golden.json'), 'new');
    await restore(folder, state);
    expect(await readdir(folder)).toEqual(['model.json']);
    expect(await readFile(join(folder, 'model.json'), 'utf8')).toBe('old');
  });

  it('is empty where there is no folder', async () => {
    expect(await stateOf(join(root, 'model'))).toEqual(new Map());
  });

  it('is not taken for empty where it cannot be read, for then restoring would delete it', async () => {
    await writeFile(join(root, 'model'), 'no folder');
    await expect(stateOf(join(root, 'model'))).rejects.toMatchObject({ code: 'run-failed' });
  });
});
