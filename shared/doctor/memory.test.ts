import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import { judgeMemory, judgeMemoryOfStack, lookAtMemory } from './memory.js';

const needs = 'a demo takes about 0.6 GB, all four about 1.1 GB';

describe('the memory', () => {
  it('is enough for all demos, for one, or for none', () => {
    expect(judgeMemory({ available: 2_048, total: 8_192 })).toEqual({
      subject: 'Memory',
      verdict: 'good',
      found: `2.0 GB available of 8.0 GB; ${needs}`,
    });
    expect(judgeMemory({ available: 800, total: 8_192 })).toMatchObject({
      verdict: 'note',
      todo: 'Run one demo at a time.',
    });
    expect(judgeMemory({ available: 300, total: 8_192 })).toMatchObject({
      verdict: 'bad',
      found: `0.3 GB available of 8.0 GB; ${needs}`,
    });
  });

  it('is judged by all of it where the system does not say what is available', () => {
    expect(judgeMemory({ available: undefined, total: 16_384 })).toMatchObject({
      verdict: 'good',
      found: `16.0 GB in this machine; ${needs}`,
    });
  });

  it('is enough for the stack as it is started, for a smaller one, or for none', () => {
    expect(judgeMemoryOfStack({ available: 3_072, total: 8_192 })).toEqual({
      subject: 'Memory',
      verdict: 'good',
      found: '3.0 GB available; docker compose up takes up to 2.6 GB, the profile light 2.0, all 3.9',
    });
    expect(judgeMemoryOfStack({ available: 2_200, total: 8_192 })).toMatchObject({
      verdict: 'note',
      todo: 'Start less: docker compose --profile light up.',
    });
    expect(judgeMemoryOfStack({ available: 1_024, total: 8_192 }).todo).toContain('End other programs');
  });

  it('is to be for the stack what its documentation says', async () => {
    const docs = (await readFile(projectFile('docs/compose.md'), 'utf8')).split('\n');
    const [usual, light, all] = ['`docker compose up`', '`--profile light`', '`--profile all`'].map(
      (row) => docs.find((line) => line.startsWith(`| ${row}`))?.match(/[\d.]+(?= GB)/)?.[0],
    );
    const { found } = judgeMemoryOfStack({ available: 1_024, total: 8_192 });
    expect(found).toContain(`takes up to ${usual} GB, the profile light ${light}, all ${all}`);
  });

  it('is what this machine has', () => {
    const { available, total } = lookAtMemory();
    expect(total).toBeGreaterThan(256);
    expect(available ?? 0).toBeLessThanOrEqual(total);
  });
});
