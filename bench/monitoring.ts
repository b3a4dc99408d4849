import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { DemoProgram } from './demo-program.js';
import { type BacklogRun, scorerAlone } from './scorer-alone.js';

// What monitoring costs: npm run bench:monitoring -- [flight-delay | churn | …] [--pairs N] [--records N] [--backlog]
// A demo at full speed with and without it, one after the other, and the next pair the other way round: what the machine does
// beside it falls on both. Counts of producer and scorer are what a scorer pays itself; the monitor's own work is beside it, at
// a low priority. Every run must account for all its records; figures are printed, never asserted.
// With --backlog: the scorer alone, on records that were produced before. There it is what bounds the speed, and not the two
// cores that producer, broker, page and scorer share.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: 'string', default: '7' },
    records: { type: 'string', default: '50000' },
    backlog: { type: 'boolean', default: false },
  },
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

interface Pair<R> {
  readonly on: R;
  readonly off: R;
}

async function inPairs<R>(once: (monitoring: 'on' | 'off') => Promise<R>): Promise<Pair<R>[]> {
  const runs: Pair<R>[] = [];
  // The first run of all finds nothing in the caches.
  await once('off');
  for (let pair = 0; pair < pairs; pair++) {
    const first = await once(pair % 2 === 0 ? 'off' : 'on');
    const second = await once(pair % 2 === 0 ? 'on' : 'off');
    runs.push(pair % 2 === 0 ? { off: first, on: second } : { on: first, off: second });
  }
  return runs;
}

function spread(figures: readonly number[], digits = 0): string {
  const sorted = figures.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN).toFixed(digits);
  return `${at(0.5).padStart(8)}  (${at(0)} – ${at(1)})`;
}

const [cpu] = cpus();
const column = <R>(runs: readonly Pair<R>[], of: (run: R) => number) => ({
  off: runs.map(({ off }) => of(off)),
  on: runs.map(({ on }) => of(on)),
  ratio: runs.map(({ on, off }) => of(on) / of(off)),
});

async function wholeDemo(): Promise<[string, string][]> {
  const runs = await inPairs(measure);
  const of = (figure: keyof Run) => column(runs, (run) => run[figure]);
  return [
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
}

async function backlog(): Promise<[string, string][]> {
  const runs = await inPairs((monitoring) => scorerAlone(name, records, monitoring));
  const of = (figure: keyof BacklogRun) => column(runs, (run) => run[figure]);
  return [
    ['records/s, monitoring off', spread(of('recordsPerSecond').off)],
    ['records/s, monitoring on', spread(of('recordsPerSecond').on)],
    ['records/s, on / off of each pair', spread(of('recordsPerSecond').ratio, 3)],
    ['scorer, cores, off', spread(of('scorerCores').off, 2)],
    ['scorer, cores, on', spread(of('scorerCores').on, 2)],
    ['monitor, cores', spread(of('monitorCores').on, 2)],
  ];
}

const what = values.backlog ? 'taken by the scorer alone' : 'as fast as possible';
const load = loadavg()[0]?.toFixed(1);
const lines = values.backlog ? await backlog() : await wholeDemo();
process.stdout.write(
  `${name}, ${records} records ${what}, ${pairs} pairs of runs; median (least – most)\n` +
    `${cpus().length} × ${cpu?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, ` +
    `load before ${load}\n`,
);
for (const [figure, text] of lines) process.stdout.write(`${figure.padEnd(58)} ${text}\n`);
