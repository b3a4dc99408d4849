import { expect, it } from 'vitest';
import { startProgram } from '#shared/testing';

const check = (...args: string[]) => startProgram('shared/commands/check-stack.js', args);

it('says what is not so when the time is over, and ends', async () => {
  // Nobody listens on port 1.
  await using program = check('--demo', 'http://127.0.0.1:1', '--prometheus', 'http://127.0.0.1:1', '--within', '2');
  await program.said(/Not so: (The demo at \S+ predicts)/);
  await program.said(/Not so: (Prometheus evaluates its rules)/);
  expect(await program.exited).toBe(1);
});

it('refuses what is no URL, and to look at nothing', async () => {
  await using noUrl = check('--demo', 'notaurl');
  await noUrl.said(/(--demo notaurl: that is no URL)/);
  expect(await noUrl.exited).toBe(2);
  await using nothing = check();
  await nothing.said(/(--demo is not given)/);
  expect(await nothing.exited).toBe(2);
});
