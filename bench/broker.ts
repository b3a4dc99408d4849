import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { type Figure, measurements } from './broker-figures.js';
import { ownProgram } from './broker-process.js';
import { median } from './broker-start-times.js';

// How fast the embedded broker is, as a user gets it and as its clients see it. Nothing is asserted: figures depend on the
// machine, and on what else it does. Broker and client are processes of their own.

const help = `Usage: npm run bench:broker -- [options]

  --only NAME      one group of figures: ${measurements.map(({ name }) => name).join(', ')}; may be given again
  --runs N         take each this often                                        (default: 3)
  --program FILE   measure another build's dist/shared/commands/broker.js, to compare two
  --help           this text

Column "× target" says how many times as good as its target a figure is: 1 and more reaches it. "cores" are those that
broker and client kept busy meanwhile: where the broker's is below 1, the client or the machine was the limit.

Wanted for all of it: Linux, kcat, and Python with confluent-kafka (CONFLUENT_KAFKA_PYTHON names another python3).
`;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    runs: { type: 'string', default: '3' },
    program: { type: 'string', default: ownProgram },
    help: { type: 'boolean', short: 'h' },
  },
});

if (options.help === true) process.stdout.write(help);
else await bench(options.only, Number(options.runs), options.program);

async function bench(only: readonly string[] | undefined, runs: number, program: string): Promise<void> {
  const unknown = only?.find((name) => !measurements.some((one) => one.name === name));
  if (unknown !== undefined || !Number.isInteger(runs) || runs < 1) {
    process.stderr.write(help);
    process.exitCode = 2;
    return;
  }
  const [cpu] = cpus();
  const day = new Date().toISOString().slice(0, 10);
  say(
    `${cpus().length} × ${cpu?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, ${day}`,
  );
  say(`Median of ${runs} runs (least – most).\n`);
  say(row('', 'median', '(least – most)', 'target', '× target', 'cores: broker', 'client'));
  for (const measurement of measurements.filter(({ name }) => only?.includes(name) ?? true)) {
    const whyNot = measurement.whyNot?.();
    if (whyNot !== undefined) {
      say(`${measurement.name}: skipped, because ${whyNot}`);
      continue;
    }
    const taken: (readonly Figure[])[] = [];
    for (let run = 0; run < runs; run += 1) taken.push(await measurement.take(program));
    for (const [at, figure] of (taken[0] ?? []).entries())
      sayFigure(
        figure,
        taken.flatMap((figures) => figures[at] ?? []),
      );
  }
}

function sayFigure(figure: Figure, runs: readonly Figure[]): void {
  const value = median(runs.map((one) => one.value));
  const { atLeast, atMost } = figure;
  const wanted = atLeast !== undefined ? `≥ ${short(atLeast)}` : atMost !== undefined ? `≤ ${short(atMost)}` : '';
  const ratio = atLeast !== undefined ? value / atLeast : atMost !== undefined ? atMost / value : undefined;
  const least = Math.min(...runs.map((one) => one.value));
  const most = Math.max(...runs.map((one) => one.value));
  const cores = (side: 'brokerBusy' | 'clientBusy') =>
    figure.load === undefined ? '' : median(runs.map(({ load }) => load?.[side] ?? Number.NaN)).toFixed(2);
  say(
    row(
      figure.name,
      short(value),
      runs.length > 1 ? `(${short(least)} – ${short(most)})` : '',
      wanted,
      ratio === undefined ? '' : ratio.toFixed(1),
      cores('brokerBusy'),
      cores('clientBusy'),
    ),
  );
}

function short(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(value < 10 ? 2 : 1);
}

function row(name: string, ...cells: readonly string[]): string {
  const widths = [9, 21, 11, 9, 14, 7];
  return name.padEnd(78) + cells.map((cell, at) => cell.padStart(widths[at] ?? 0)).join('');
}

function say(line: string): void {
  process.stdout.write(`${line.trimEnd()}\n`);
}
