import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';
import { processorSeconds } from './proc.js';

/** A program of the project, until it is disposed of. */
export function startProgram(program: string, args: readonly string[], v8Flags: readonly string[] = []) {
  const path = fileURLToPath(projectFile(`dist/${program}`));
  const child: ChildProcess = spawn(process.execPath, [...v8Flags, path, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const isGone = (): boolean => child.exitCode !== null || child.signalCode !== null;
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  return {
    async said(pattern: RegExp): Promise<string> {
      for (;;) {
        const found = pattern.exec(said)?.[1];
        if (found !== undefined) return found;
        this.mustBeThere();
        await delay(20);
      }
    },
    mustBeThere(): void {
      if (isGone()) throw new Error(`${program} ${args.join(' ')} ended before its time: ${said}`);
    },
    async ended(): Promise<void> {
      await exited;
      if (child.exitCode !== 0) throw new Error(`${program} ended with exit code ${child.exitCode}: ${said}`);
    },
    processorSeconds: (): number => processorSeconds(child.pid),
    async [Symbol.asyncDispose](): Promise<void> {
      if (isGone()) return;
      child.kill('SIGTERM');
      await exited;
    },
  };
}
