import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';
import { nodeFlags, pinned } from './load.js';
import { processorSeconds, residentMegabytes } from './proc.js';

/** The broker that a user gets with `npm run broker`, in a process of its own, and what the system says of that process. */
export interface MeasuredBroker {
  /** host:port */
  readonly address: string;
  /** Seconds of processor time since its start; NaN where the system does not say. */
  cpuSeconds(): number;
  /** Memory of the whole process, in MB; NaN where the system does not say. */
  residentMegabytes(): number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The program whose broker is measured; another build's, to compare two. */
export const ownProgram = fileURLToPath(projectFile('dist/shared/commands/broker.js'));

/** Starts it on free ports; its end is that of the returned object. */
export async function startMeasuredBroker(
  program: string,
  options: readonly string[] = [],
  core?: number,
): Promise<MeasuredBroker> {
  const commandLine = [process.execPath, ...nodeFlags(), program, '--port', '0', '--registry-port', '0', ...options];
  const [command = '', ...args] = pinned(commandLine, core);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /Kafka\s+(\S+:\d+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => reject(new Error(`${program} ended before it was ready: ${said}`)));
  });
  return {
    address,
    cpuSeconds: () => processorSeconds(child.pid),
    residentMegabytes: () => residentMegabytes(child.pid),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A folder for the time of one measurement. */
export function temporaryFolder(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'bench-broker-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
