import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';
import { pinned } from './load.js';

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

/** Whether processor time and memory of other processes can be read here. */
export const hasProcFiles = existsSync('/proc/self/stat');

/** Linux counts processor time in hundredths of a second. */
const ticksPerSecond = 100;

/** The program whose broker is measured; another build's, to compare two. */
export const ownProgram = fileURLToPath(projectFile('dist/shared/commands/broker.js'));

/** Starts it on free ports; its end is that of the returned object. */
export async function startMeasuredBroker(
  program: string,
  options: readonly string[] = [],
  core?: number,
): Promise<MeasuredBroker> {
  const commandLine = [process.execPath, program, '--port', '0', '--registry-port', '0', ...options];
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
  const proc = `/proc/${child.pid ?? 0}`;
  return {
    address,
    cpuSeconds() {
      if (!hasProcFiles) return Number.NaN;
      // The name in brackets may hold spaces; user and system time are the 12th and 13th field after it.
      const fields = readFileSync(`${proc}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
    },
    residentMegabytes() {
      if (!hasProcFiles) return Number.NaN;
      return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`${proc}/status`, 'utf8'))?.[1]) / 1_024;
    },
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
