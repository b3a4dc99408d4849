import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exclusively } from './exclusively.js';

const lockFile = (): string => join(mkdtempSync(join(tmpdir(), 'exclusively-')), 'lock');

it('does one piece of work after the other', async () => {
  const lock = lockFile();
  const log: string[] = [];
  const work = (name: string) => async (): Promise<void> => {
    log.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    log.push(`${name} ends`);
  };
  await Promise.all([exclusively(lock, work('one')), exclusively(lock, work('other'))]);
  expect(log[1]?.split(' ')[0]).toBe(log[0]?.split(' ')[0]);
  expect(log.map((line) => line.split(' ')[1])).toEqual(['begins', 'ends', 'begins', 'ends']);
  expect(existsSync(lock)).toBe(false);
});

it('gives the turn on when the work fails', async () => {
  const lock = lockFile();
  await expect(exclusively(lock, () => Promise.reject(new Error('no network')))).rejects.toThrow('no network');
  expect(existsSync(lock)).toBe(false);
});

it('takes the place of a process that was killed', async () => {
  const lock = lockFile();
  // Beyond the largest process id that Linux gives.
  writeFileSync(lock, '4194305');
  let done = false;
  await exclusively(lock, async () => {
    done = true;
  });
  expect(done).toBe(true);
});
