import { parseArgs } from 'node:util';
import { KitError } from '#shared/errors';

/** What `npm run bench` is asked for. */
export interface Options {
  readonly cases: readonly string[];
  /** Contenders; all where it is empty. */
  readonly only: readonly string[];
  readonly runs: number;
  readonly records: number;
  readonly brokers: string | undefined;
  readonly pin: boolean;
  readonly isShort: boolean;
  readonly json: string | undefined;
  readonly markdown: string | undefined;
  readonly compare: string | undefined;
  readonly wants: 'measurements' | 'list' | 'help';
}

const RUNS = 3;
const RECORDS = 300_000;
const SHORT_RECORDS = 4_000;

export const help = `Usage: npm run bench -- [cases] [options]

Measures the cases that are named, all where none is: --list tells which there are.

  --runs N             take each this often, in rounds that begin with another contender each    (default: ${RUNS})
  --records N          records of an end-to-end run; slow contenders get a share of them         (default: ${RECORDS})
  --only NAME          these contenders alone; may be given again
  --brokers HOST:PORT  the Apache Kafka to measure on; one is started from its jars where absent (Java, Maven)
  --pin                what is measured on the first core, brokers and the rest on the second (taskset)
  --short              small counts, once each: checks what comes out, prints no times
  --json FILE          write every figure, with the machine
  --markdown FILE      write them as tables, as docs/performance.md has them
  --compare FILE       measure what FILE has, and end with 1 where something is more than 15 % slower, by its ratio to the
                       hand-written kafkajs loop of the same round
  --list               the cases and their contenders
  --help               this text

BENCH_NODE_FLAGS has flags for the programs in Node that are measured, such as --cpu-prof.
`;

/** @throws KitError 'usage' where the arguments are not to be understood. */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  const isShort = values.short;
  return {
    cases: positionals,
    only: values.only,
    runs: count('--runs', values.runs, isShort ? 1 : RUNS),
    records: count('--records', values.records, isShort ? SHORT_RECORDS : RECORDS),
    brokers: values.brokers,
    pin: values.pin,
    isShort,
    json: values.json,
    markdown: values.markdown,
    compare: values.compare,
    wants: values.help ? 'help' : values.list ? 'list' : 'measurements',
  };
}

function parse(args: readonly string[]) {
  const off = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        runs: text,
        records: text,
        only: { type: 'string', multiple: true, default: [] },
        brokers: text,
        pin: off,
        short: off,
        json: text,
        markdown: text,
        compare: text,
        list: off,
        help: { ...off, short: 'h' },
      },
    });
  } catch (error) {
    throw KitError.from(error, 'usage', 'npm run bench');
  }
}

function count(option: string, text: string | undefined, otherwise: number): number {
  const number = text === undefined ? otherwise : Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new KitError('usage', `${option} is a number of 1 or more, not "${text}".`);
}
