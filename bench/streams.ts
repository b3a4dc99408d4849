import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { cases, type Setting } from './streams-cases.js';

// How fast shared/streams is. Nothing is asserted but that no record is missing or there twice: figures depend on the
// machine, and on what else it does. What is measured, its clients and its cluster are processes of their own.

const help = `Usage: npm run bench:streams -- [cases] [options]

Cases: ${Object.keys(cases).join(', ')}; all where none is named.

  --runs N             take each this often, those that are compared in turn     (default: 3)
  --records N          records of one run where they are scored                  (default: 200000)
  --brokers HOST:PORT  the Kafka of "throughput" and "restore-kafka"; one is started from its jars where absent (Java)
  --help               this text
`;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '3' },
    records: { type: 'string', default: '200000' },
    brokers: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});

const names = positionals.length > 0 ? positionals : Object.keys(cases);
const setting: Setting = { runs: Number(options.runs), records: Number(options.records), brokers: options.brokers };
const isSensible = [setting.runs, setting.records].every((number) => Number.isInteger(number) && number > 0);

if (options.help === true) process.stdout.write(help);
else if (!isSensible || names.some((name) => !(name in cases))) {
  process.stderr.write(help);
  process.exitCode = 2;
} else {
  const [cpu] = cpus();
  const load = loadavg()[0]?.toFixed(1);
  process.stdout.write(
    `${cpus().length} × ${cpu?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, ` +
      `Node ${process.version}, load ${load} at the start; median of ${setting.runs} runs (least – most)\n\n`,
  );
  for (const name of names) await cases[name]?.(setting);
}
