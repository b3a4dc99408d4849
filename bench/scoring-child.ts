import { readFileSync } from 'node:fs';
import { loadModel } from '#shared/scoring';

// What bench/scoring.ts measures in a process of its own: `load FOLDER`, or `score FOLDER ROWS`. Prints JSON.

const BATCH = 256;
const ROUNDS = 7;

const [what, folder = '', rows = ''] = process.argv.slice(2);
const cpuMs = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1_000;
const measured = async (work: () => Promise<unknown>): Promise<{ wallMs: number; cpuMs: number }> => {
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  await work();
  return { wallMs: performance.now() - wall, cpuMs: cpuMs(process.cpuUsage(cpu)) };
};

if (what === 'load') {
  const load = async (): Promise<void> => (await loadModel(folder)).close();
  // The first one loads the native runtime, too.
  process.stdout.write(JSON.stringify([await measured(load), await measured(load)]));
} else {
  const model = await loadModel(folder);
  const given = readFileSync(rows, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): object => JSON.parse(line));
  const rounds = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const { wallMs, cpuMs: cpu } = await measured(async () => {
      for (let start = 0; start < given.length; start += BATCH) await model.score(given.slice(start, start + BATCH));
    });
    // The first round warms up.
    if (round > 0) rounds.push({ wallMs: (wallMs / given.length) * 1_000, cpuMs: (cpu / given.length) * 1_000 });
  }
  await model.close();
  // Milliseconds for 1,000 rows.
  process.stdout.write(JSON.stringify(rounds));
}
