import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { DemoProgram } from './demo-program.js';

// What monitoring costs: npm run bench:monitoring -- [flight-delay | churn | …] [--pairs N] [--records N]
// A demo at full speed with and without it, one after the other, and the next pair the other way round: what the machine does
// beside it falls on both. Counts of producer and scorer are what a scorer pays itself; the monitor's own work is beside it, at
// a low priority. Every run must account for all its records; figures are printed, never asserted.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pairs: { type: 'string', default: '7' }, records: { type: 'string', default: '50000' } },
});
const pairs = Number(values.pairs);
const [name = 'flight-delay'] = positionals;
const records = Number(values.records);

interface Run {
  readonly recordsPerSecond: number;
  readonly scorerMicrosecondsPerRecord: number;
  readonly mainMicrosecondsPerRecord: number;
  readonly monitorSeconds: number;
}

async function measure(monitoring: 'on' | 'off'): Promise<Run> {
  const length = ['--records', values.records, '--rate', '0'];
  const program = new DemoProgram(name, [...length, '--headless', '--monitoring', monitoring]);
  const [report] = await program.reports();
  const { main, scorers, monitor } = program.processorSeconds;
  return {
    recordsPerSecond: report?.throughput.recordsPerSecond ?? Number.NaN,
    scorerMicrosecondsPerRecord: (scorers / records) * 1e6,
    mainMicrosecondsPerRecord: (main / records) * 1e6,
    monitorSeconds: monitor,
  };
}

const runs: { readonly on: Run; readonly off: Run }[] = [];
// The first run of all finds nothing in the caches.
await measure('off');
for (let pair = 0; pair < pairs; pair++) {
  const first = await measure(pair % 2 === 0 ? 'off' : 'on');
  const second = await measure(pair % 2 === 0 ? 'on' : 'off');
  runs.push(pair % 2 === 0 ? { off: first, on: second } : { on: first, off: second });
}

function spread(figures: readonly number[], digits = 0): string {
  const sorted = figures.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN).toFixed(digits);
  return `${at(0.5).padStart(8)}  (${at(0)} – ${at(1)})`;
}

const [cpu] = cpus();
const of = (figure: keyof Run) => ({
  off: runs.map(({ off }) => off[figure]),
  on: runs.map(({ on }) => on[figure]),
  ratio: runs.map(({ on, off }) => on[figure] / off[figure]),
});
const lines: readonly [string, string][] = [
  ['records/s, monitoring off', spread(of('recordsPerSecond').off)],
  ['records/s, monitoring on', spread(of('recordsPerSecond').on)],
  ['records/s, on / off of each pair', spread(of('recordsPerSecond').ratio, 3)],
  ['scorer, processor µs a record, off', spread(of('scorerMicrosecondsPerRecord').off, 1)],
  ['scorer, processor µs a record, on', spread(of('scorerMicrosecondsPerRecord').on, 1)],
  ['scorer, on / off of each pair', spread(of('scorerMicrosecondsPerRecord').ratio, 3)],
  ['broker, producer and audit of the run, µs a record, off', spread(of('mainMicrosecondsPerRecord').off, 1)],
  ['broker, producer and audit of the run, µs a record, on', spread(of('mainMicrosecondsPerRecord').on, 1)],
  ['monitor, processor seconds in a run', spread(of('monitorSeconds').on, 2)],
];
process.stdout.write(
  `${name}, ${records} records as fast as possible, ${pairs} pairs of runs; median (least – most)\n` +
    `${cpus().length} × ${cpu?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, ` +
    `load ${loadavg()[0]?.toFixed(1)}\n`,
);
for (const [figure, text] of lines) process.stdout.write(`${figure.padEnd(58)} ${text}\n`);
