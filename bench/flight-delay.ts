import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus, totalmem } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { projectFile } from '#shared/project-file';

// The flight-delay demo as a user starts it, measured from outside: npm run bench:flight-delay -- [RUNS]
// Every run must account for all its records; times are printed, never asserted.

interface Report {
  readonly records: { readonly lost: number; readonly duplicated: number };
  readonly throughput: { readonly recordsPerSecond: number };
  readonly latencyMs?: { readonly p50: number; readonly p99: number };
  readonly quality?: { readonly auc: number };
}

const RUNS = Number(process.argv[2] ?? 3);
const root = fileURLToPath(projectFile('.'));
const figures = new Map<string, number[]>();

function note(figure: string, value: number): void {
  figures.set(figure, [...(figures.get(figure) ?? []), value]);
}

function startDemo(...options: string[]): ChildProcess {
  const args = ['run', '-s', 'demo:flight-delay', '--', '--broker-port', '0', ...options];
  return spawn('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
}

/** A run of given length; gives its report and the most memory that all its processes had at one time, in MB. */
async function runToTheEnd(...options: string[]): Promise<{ report: Report; peakMegabytes: number }> {
  const child = spawn(
    'npm',
    ['run', '-s', 'demo:flight-delay', '--', '--report', '-', '--broker-port', '0', ...options],
    { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  let peakMegabytes = 0;
  const watching = setInterval(() => {
    peakMegabytes = Math.max(peakMegabytes, residentMegabytes(child.pid ?? 0));
  }, 200);
  const [code] = await once(child, 'close');
  clearInterval(watching);
  if (code !== 0) throw new Error(`The demo ended with exit code ${String(code)}.`);
  const report = JSON.parse(output) as Report;
  if (report.records.lost + report.records.duplicated > 0) throw new Error(`Records are lost or duplicated: ${output}`);
  return { report, peakMegabytes };
}

/** From the command, npm and compiler included, to the first prediction that the page's metrics know of. */
async function secondsToFirstPrediction(): Promise<number> {
  const started = performance.now();
  const child = startDemo('--port', '0');
  try {
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    for (;;) {
      const url = /Live page\s+(\S+)/.exec(said)?.[1];
      if (url !== undefined) {
        const metrics = await (await fetch(new URL('metrics', url))).text();
        if (/^kafka_ml_records_scored_total [1-9]/m.test(metrics)) return (performance.now() - started) / 1_000;
      }
      if (child.exitCode !== null) throw new Error('The demo ended before its first prediction.');
      await delay(10);
    }
  } finally {
    for (const pid of family(child.pid ?? 0).reverse()) process.kill(pid, 'SIGTERM');
    await once(child, 'close');
  }
}

function processTable(): { pid: number; parent: number; kilobytes: number; command: string }[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => {
      const [pid = '', parent = '', kilobytes = '', ...command] = line.trim().split(/\s+/);
      return { pid: Number(pid), parent: Number(parent), kilobytes: Number(kilobytes), command: command.join(' ') };
    });
}

function family(pid: number): number[] {
  const table = processTable();
  const members = [pid];
  for (const member of members)
    members.push(...table.filter(({ parent }) => parent === member).map((child) => child.pid));
  return members.filter((member) => table.some((row) => row.pid === member && row.command.includes('demo.js')));
}

/** The demo's own processes; npm, which waits beside them, is not counted. */
function residentMegabytes(pid: number): number {
  const members = new Set(family(pid));
  const kilobytes = processTable()
    .filter((row) => members.has(row.pid))
    .reduce((sum, row) => sum + row.kilobytes, 0);
  return kilobytes / 1_024;
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN).toFixed(1);
  return `${at(0.5).padStart(10)}  (${at(0)} – ${at(1)})`;
}

for (let run = 1; run <= RUNS; run++) {
  note('command to first prediction, s (wished: ≤ 5)', await secondsToFirstPrediction());
  const fast = await runToTheEnd('--records', '50000', '--rate', '0', '--headless');
  note('50,000 records, records/s (wished: ≥ 10000)', fast.report.throughput.recordsPerSecond);
  note('most memory meanwhile, all processes, MB (wished: ≤ 500)', fast.peakMegabytes);
  const paced = await runToTheEnd('--records', '20000', '--rate', '1000', '--headless');
  note('latency at 1,000 records/s, p50, ms', paced.report.latencyMs?.p50 ?? Number.NaN);
  note('latency at 1,000 records/s, p99, ms (wished: ≤ 25)', paced.report.latencyMs?.p99 ?? Number.NaN);
  note('most memory meanwhile, all processes, MB (wished: ≤ 500)', paced.peakMegabytes);
}

const [cpu] = cpus();
process.stdout.write(
  `${cpus().length} × ${cpu?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}; ` +
    `median of ${RUNS} runs (least – most)\n`,
);
for (const [figure, values] of figures) process.stdout.write(`${figure.padEnd(60)} ${spread(values)}\n`);
