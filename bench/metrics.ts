import { cpus, loadavg, totalmem } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DemoProgram } from './demo-program.js';

// What a scrape takes: npm run bench:metrics -- [flight-delay | churn | … | all] [--scrapes N] [--warm-up SECONDS]
// The demos as a user starts them, at their own pace with their monitor, scraped once a second from another process: what the
// page's process does beside it, its broker and its producer included, is in the time. Figures are printed, never asserted.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { scrapes: { type: 'string', default: '60' }, 'warm-up': { type: 'string', default: '30' } },
});
const [name = 'all'] = positionals;

const program = new DemoProgram(name, ['--port', '0']);
await program.secondsToFirstPredictions();
await delay(Number(values['warm-up']) * 1_000);

const milliseconds: number[] = [];
let text = '';
for (let scrape = 0; scrape < Number(values.scrapes); scrape++) {
  await delay(1_000);
  const startedAt = performance.now();
  text = (await program.metrics()) ?? '';
  milliseconds.push(performance.now() - startedAt);
}
program.end();
await program.reports();

const sorted = milliseconds.toSorted((a, b) => a - b);
const at = (share: number): string => (sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN).toFixed(1);
const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
const [cpu] = cpus();
process.stdout.write(
  `${name}, ${sorted.length} scrapes\n` +
    `${cpus().length} × ${cpu?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, ` +
    `load ${loadavg()[0]?.toFixed(1)}\n` +
    `a scrape, ms: median ${at(0.5)}, 90 of 100 ${at(0.9)}, most ${at(1)}\n` +
    `its text: ${Math.round(text.length / 1_024)} KB, ${samples} samples\n`,
);
