import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { startScorerProcess } from './scorer-process.js';

/** A program that runs on and never says that it is ready. */
function neverReady(): string {
  const program = join(mkdtempSync(join(tmpdir(), 'scorer-')), 'scorer.mjs');
  writeFileSync(program, "console.log('started'); setInterval(() => {}, 1_000);");
  return program;
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it('is given up while it starts, and its process ends with that', async () => {
  const giving = new AbortController();
  let pid = 0;
  const starting = startScorerProcess({
    program: neverReady(),
    args: [],
    env: process.env,
    givenUp: giving.signal,
    onInstance: (instance) => {
      pid = Number(/\d+$/.exec(instance)?.[0]);
    },
    onLine: () => giving.abort(),
  });
  await expect(starting).rejects.toThrow('The scorer was given up while it started.');
  await vi.waitUntil(() => !isAlive(pid), 10_000);
});

it('is not begun where it is given up already', async () => {
  const onInstance = vi.fn();
  const start = { program: neverReady(), args: [], env: process.env, onInstance, onLine: () => undefined };
  await expect(startScorerProcess({ ...start, givenUp: AbortSignal.abort() })).rejects.toThrow('given up');
  expect(onInstance).not.toHaveBeenCalled();
});
