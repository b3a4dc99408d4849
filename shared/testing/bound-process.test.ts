import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { bindingArguments, startBoundProcess } from './bound-process.js';

const soon = (): AbortSignal => AbortSignal.timeout(10_000);
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const waits = 'console.log("I wait"); setInterval(() => {}, 1_000);';

it('says when the program has said something, and ends it when asked to', async () => {
  const program = startBoundProcess(process.execPath, ['-e', waits]);
  await program.said(/I wait/, soon());
  expect(isAlive(program.pid)).toBe(true);
  await program.close(10_000);
  expect(isAlive(program.pid)).toBe(false);
});

it('insists where a program does not end when asked to', async () => {
  const program = startBoundProcess(process.execPath, ['-e', `process.on("SIGTERM", () => {}); ${waits}`]);
  await program.said(/I wait/, soon());
  await program.close(50);
  expect(isAlive(program.pid)).toBe(false);
});

it('keeps the last words of a program that ends too early', async () => {
  const program = startBoundProcess(process.execPath, ['-e', 'console.error("no room"); process.exitCode = 3;']);
  await expect(program.said(/ready/, soon())).rejects.toThrow('it ended (exit code 3)');
  expect(program.tail()).toContain('no room');
  await program.close(0);
});

it('gives up waiting when the time is over', async () => {
  const program = startBoundProcess(process.execPath, ['-e', waits]);
  await expect(program.said(/ready/, AbortSignal.timeout(100))).rejects.toThrow('did not say so in time');
  await program.close(10_000);
});

it('does not outlive the process that started it, even where that one is killed', async () => {
  const starter = `require('child_process').spawn('/bin/sh', JSON.parse(process.argv[1]), { stdio: ['pipe', 'inherit'] });`;
  const bound = bindingArguments(process.execPath, ['-e', waits]);
  const parent = spawn(process.execPath, ['-e', starter, JSON.stringify(bound)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  parent.stdout.on('data', (text: Buffer) => {
    output += text.toString();
    parent.kill('SIGKILL');
  });
  // The program has inherited the pipe: it closes when nobody is left who could write to it.
  await once(parent.stdout, 'close');
  expect(output).toBe('I wait\n');
});
