import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';
import { flightLines, writeGlm } from './scoring-models.js';

// The scoring library and `npm run score`, measured: npm run bench:scoring -- [RUNS]
// By the clock, and by the processor's time, which a machine that is shared leaves as it is. Printed, never asserted.

const RUNS = Number(process.argv[2] ?? 5);
const INSIDE_ROWS = 25_600;
const FILE_ROWS = 300_000;

interface Measured {
  readonly wallMs: number;
  readonly cpuMs: number;
}

const folder = mkdtempSync(join(tmpdir(), 'bench-scoring-'));
try {
  await run();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const lines = flightLines(FILE_ROWS);
  const [inside, file] = [join(folder, 'inside.jsonl'), join(folder, 'rows.jsonl')];
  writeFileSync(inside, `${lines.slice(0, INSIDE_ROWS).join('\n')}\n`);
  writeFileSync(file, `${lines.join('\n')}\n`);
  writeGlm(
    folder,
    lines.slice(0, INSIDE_ROWS).map((line): Record<string, unknown> => JSON.parse(line)),
  );
  const gbm = fileURLToPath(projectFile('demos/flight-delay/model'));

  const [cpu] = cpus();
  say(
    `${cpus().length} × ${cpu?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}; ` +
      `median (least – most) of ${RUNS} runs\n`,
  );
  rate('GLM with three texts, 256 rows at a time, rows/s', 400_000, 1_000, await child('score', folder, inside));
  rate('flight GBM, 256 rows at a time, rows/s', 150_000, 1_000, await child('score', gbm, inside));
  const score: Measured[] = [];
  for (let each = 0; each < RUNS; each++) score.push(await scoreFile(gbm, file));
  rate(`npm run score, ${FILE_ROWS} rows of JSONL, start included, rows/s`, 60_000, FILE_ROWS, score);
  await loads('the GLM', 50, folder);
  await loads('the flight GBM', 400, gbm);
}

/** In fresh processes. */
async function loads(what: string, wished: number, model: string): Promise<void> {
  const runs: (readonly Measured[])[] = [];
  for (let each = 0; each < RUNS; each++) runs.push(await child('load', model));
  const nth = (n: number): Measured[] => runs.flatMap((run) => run[n] ?? []);
  time(`loading and checking ${what}, first of a process, with the native runtime, ms`, wished, nth(0));
  time(`loading and checking ${what} once more, ms`, wished, nth(1));
}

async function child(...args: string[]): Promise<Measured[]> {
  const { output } = await outcomeOf('bench/scoring-child.js', args);
  return JSON.parse(output) as Measured[];
}

/** The command as npm starts it once it is compiled, from its start to its end. */
async function scoreFile(model: string, input: string): Promise<Measured> {
  const args = ['--model', model, '--input', input, '--output', join(folder, 'scores.jsonl')];
  const started = performance.now();
  const { cpuMs } = await outcomeOf('shared/commands/score.js', args);
  return { wallMs: performance.now() - started, cpuMs };
}

async function outcomeOf(script: string, args: readonly string[]): Promise<{ output: string; cpuMs: number }> {
  const [program, cpuAtExit] = [script, 'bench/cpu-at-exit.js'].map((file) =>
    fileURLToPath(projectFile(`dist/${file}`)),
  );
  const started = spawn(process.execPath, ['--import', cpuAtExit ?? '', program ?? '', ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const texts = ['', '', ''];
  for (const [index, pipe] of [started.stdio[1], started.stdio[3], started.stdio[2]].entries()) {
    pipe?.on('data', (bytes) => {
      texts[index] += String(bytes);
    });
  }
  const [code] = await once(started, 'close');
  const [output = '', cpu = '', said = ''] = texts;
  if (code !== 0) throw new Error(`${script} ended with exit code ${String(code)}: ${said}`);
  return { output, cpuMs: Number(cpu) / 1_000 };
}

function rate(what: string, wished: number, rows: number, runs: readonly Measured[]): void {
  const perSecond = (ms: number): number => (rows / ms) * 1_000;
  say(`${what} (wished: ≥ ${wished})`);
  say(`  by the clock  ${spread(runs.map(({ wallMs }) => perSecond(wallMs)))}`);
  say(`  by the CPU    ${spread(runs.map(({ cpuMs }) => perSecond(cpuMs)))}`);
}

function time(what: string, wished: number, runs: readonly Measured[]): void {
  say(`${what} (wished: ≤ ${wished})`);
  say(`  by the clock  ${spread(runs.map(({ wallMs }) => wallMs))}`);
  say(`  by the CPU    ${spread(runs.map(({ cpuMs }) => cpuMs))}`);
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN).toFixed(0);
  return `${at(0.5).padStart(8)}  (${at(0)} – ${at(1)})`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
