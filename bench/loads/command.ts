import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';
import { say } from '../harness/said.js';

// Runs a command of the project to its end: command.js AMOUNT PROGRAM ARGUMENTS…

const [amount = '', program = '', ...args] = process.argv.slice(2);
const paths = ['bench/loads/cpu-at-exit', program].map((path) => fileURLToPath(projectFile(`dist/${path}.js`)));
const started = performance.now();
const child = spawn(process.execPath, ['--import', ...paths, ...args], {
  stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
});
let microseconds = '';
child.stdio[3]?.on('data', (bytes) => {
  microseconds += String(bytes);
});
const [code] = await once(child, 'close');
if (code !== 0) throw new Error(`${program} ended with exit code ${String(code)}.`);
say({
  is: 'end',
  amount: Number(amount),
  seconds: (performance.now() - started) / 1_000,
  cpuSeconds: Number(microseconds) / 1e6,
});
