import { cpus, loadavg, totalmem } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DemoProgram } from './demo-program.js';

// Demos as a user starts them, measured from outside: npm run bench:demos -- [flight-delay | churn | … | all] [--runs N]
// Every run must account for all its records; figures are printed, never asserted.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '3' }, seconds: { type: 'string', default: '60' } },
});
const runs = Number(values.runs);
const names = positionals.length > 0 ? positionals : ['all'];
const figures = new Map<string, number[]>();

function note(figure: string, value: number): void {
  figures.set(figure, [...(figures.get(figure) ?? []), value]);
}

function noteMemory(name: string, when: string, { peak }: DemoProgram): void {
  note(`${name}: ${when}, most memory, resident, MB`, peak.residentMegabytes);
  note(`${name}: ${when}, at that time proportional, MB`, peak.proportionalMegabytes);
}

/** At its own pace, with a viewer of each page. */
async function measureLife(name: string): Promise<void> {
  const program = new DemoProgram(name, ['--port', '0']);
  note(`${name}: command to first prediction, s`, await program.secondsToFirstPredictions());
  await program.viewPages();
  await delay(Number(values.seconds) * 1_000);
  program.end();
  for (const { demo, latencyMs } of await program.reports()) {
    note(`${demo}: own pace, latency p50, ms`, latencyMs?.p50 ?? Number.NaN);
    note(`${demo}: own pace, latency p99, ms`, latencyMs?.p99 ?? Number.NaN);
  }
  noteMemory(name, `own pace for ${values.seconds} s`, program);
}

async function measureThroughput(name: string, records: number): Promise<void> {
  const program = new DemoProgram(name, ['--records', String(records), '--rate', '0', '--headless']);
  for (const { demo, throughput } of await program.reports()) {
    note(
      `${demo}: ${records} records${name === 'all' ? ' beside the others' : ''}, records/s`,
      throughput.recordsPerSecond,
    );
  }
  noteMemory(name, `${records} records`, program);
}

async function measureLatency(name: string, rate: number): Promise<void> {
  const program = new DemoProgram(name, ['--records', String(20 * rate), '--rate', String(rate), '--headless']);
  for (const { demo, latencyMs } of await program.reports()) {
    note(`${demo}: ${rate} records/s, latency p50, ms`, latencyMs?.p50 ?? Number.NaN);
    note(`${demo}: ${rate} records/s, latency p99, ms`, latencyMs?.p99 ?? Number.NaN);
  }
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN).toFixed(1);
  return `${at(0.5).padStart(10)}  (${at(0)} – ${at(1)})`;
}

for (let run = 1; run <= runs; run++) {
  for (const name of names) {
    await measureLife(name);
    await measureThroughput(name, name === 'all' ? 20_000 : 50_000);
    if (name !== 'all') await measureLatency(name, 1_000);
  }
}

const [cpu] = cpus();
process.stdout.write(
  `${cpus().length} × ${cpu?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, ` +
    `load ${loadavg()[0]?.toFixed(1)}; median of ${runs} runs (least – most)\n`,
);
for (const [figure, noted] of figures) process.stdout.write(`${figure.padEnd(66)} ${spread(noted)}\n`);
