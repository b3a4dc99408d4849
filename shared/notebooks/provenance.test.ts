import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Notebook } from './notebook.js';
import { checkData, outdatedModels, sourceSha256 } from './provenance.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const notebook = {
  name: 'churn',
  data: ['data'],
  models: ['model'],
  sources: ['churn.R', 'data/SHA256SUMS'],
} as unknown as Notebook;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'notebooks-'));
  await mkdir(join(root, 'data'));
  await mkdir(join(root, 'model'));
  await writeFile(join(root, 'data/rows.csv'), 'a\n1\n');
  await writeFile(join(root, 'data/SHA256SUMS'), `${sha256('a\n1\n')}  rows.csv\n`);
  await writeFile(join(root, 'churn.R'), 'glm()');
});
afterEach(() => rm(root, { recursive: true }));

const writeCard = (sourceSha256: string): Promise<void> =>
  writeFile(join(root, 'model/model.json'), JSON.stringify({ madeBy: { sourceSha256 } }));

describe('the sources of a model', () => {
  it('are hashed in the order of the manifest, one after the other', async () => {
    expect(await sourceSha256(root, notebook)).toBe(sha256(`glm()${sha256('a\n1\n')}  rows.csv\n`));
  });

  it('say whether the model has to be made again', async () => {
    await writeCard(await sourceSha256(root, notebook));
    expect(await outdatedModels(root, notebook)).toEqual([]);
    await writeFile(join(root, 'churn.R'), 'glm(family = binomial)');
    expect(await outdatedModels(root, notebook)).toEqual(['model']);
  });

  it('are taken for changed where the card is broken or absent', async () => {
    await writeFile(join(root, 'model/model.json'), '{');
    expect(await outdatedModels(root, notebook)).toEqual(['model']);
    await rm(join(root, 'model/model.json'));
    expect(await outdatedModels(root, notebook)).toEqual(['model']);
  });

  it('are missed by name', async () => {
    await rm(join(root, 'churn.R'));
    await expect(sourceSha256(root, notebook)).rejects.toThrow(/^The sources of churn cannot be read: .*churn\.R/);
  });
});

describe('the data of a notebook', () => {
  it('pass where each has its checksum', async () => {
    await expect(checkData(root, notebook)).resolves.toBeUndefined();
  });

  it('are refused where one differs, with both sums and the way back', async () => {
    await writeFile(join(root, 'data/rows.csv'), 'a\n2\n');
    await expect(checkData(root, notebook)).rejects.toMatchObject({
      code: 'run-failed',
      message:
        `The data of churn are not those that it was written for: the SHA-256 of data/rows.csv is ${sha256('a\n2\n')}, ` +
        `data/SHA256SUMS says ${sha256('a\n1\n')}. Restore it with git checkout -- data.`,
    });
  });

  it('are refused where one is missing', async () => {
    await rm(join(root, 'data/rows.csv'));
    await expect(checkData(root, notebook)).rejects.toThrow(/^The data of churn cannot be read: .*rows\.csv/);
  });
});
