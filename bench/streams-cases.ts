import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Cluster, connectCluster } from '#shared/kafka';
import { projectFile } from '#shared/project-file';
import { ownProgram, startMeasuredBroker } from './broker-process.js';
import { startLoad } from './broker-run.js';
import { median } from './broker-start-times.js';
import { countCommitted } from './streams-clients.js';
import { flights, PARTITIONS, scoredOf, scores } from './streams-flights.js';

export interface Setting {
  readonly runs: number;
  readonly records: number;
  readonly brokers: string | undefined;
}

type Said = Readonly<Record<string, unknown>>;

const program = fileURLToPath(projectFile('dist/bench/streams-load.js'));
const kafkaProgram = fileURLToPath(projectFile('dist/bench/streams-kafka.js'));

function start(role: string, ...args: readonly (string | number)[]) {
  const flags = (process.env.BENCH_NODE_FLAGS ?? '').split(' ').filter((flag) => flag !== '');
  return startLoad(process.execPath, ['--expose-gc', ...flags, program, role, ...args.map(String)]);
}

const run = (role: string, ...args: readonly (string | number)[]): Promise<Said> => start(role, ...args).result;

const perSecond = ({ amount, seconds }: Said): number => Number(amount) / Number(seconds);
const perCpuSecond = ({ amount, cpuSeconds }: Said): number => Number(amount) / Number(cpuSeconds);

function tell(figure: string, values: readonly number[], wanted = ''): void {
  const short = (value: number): string =>
    Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(2);
  const spread = `(${short(Math.min(...values))} – ${short(Math.max(...values))})`;
  process.stdout.write(`${figure.padEnd(72)}${short(median(values)).padStart(10)} ${spread.padEnd(24)}${wanted}\n`);
}

/** The Kafka that is given, or one that is started and ends with this. */
async function realKafka(given: string | undefined): Promise<{ readonly address: string } & AsyncDisposable> {
  if (given !== undefined) return { address: given, [Symbol.asyncDispose]: async () => undefined };
  const child = spawn(process.execPath, [kafkaProgram], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [line] = (await Promise.race([once(child.stdout, 'data'), ended])) as [unknown];
  const address = Buffer.isBuffer(line) ? (JSON.parse(line.toString()) as { address: string }).address : '';
  if (address === '') throw new Error('Apache Kafka did not start; --brokers names one that runs.');
  return {
    address,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}

const times = async (count: number, work: (round: number) => Promise<void>): Promise<void> => {
  for (let round = 0; round < count; round += 1) await work(round);
};

/** The same work as a topology, at least and exactly once, and written by hand, in turn on one real Kafka. */
async function throughput({ runs, records, brokers }: Setting): Promise<void> {
  await using kafka = await realKafka(brokers);
  const { address } = kafka;
  const cluster = await connectCluster({ brokers: [address], clientId: 'bench' });
  const kinds = ['hand-written', 'at_least_once', 'exactly_once'];
  const said = new Map<string, Said[]>(kinds.map((kind) => [kind, []]));
  await times(runs, async (round) => {
    const prefix = await namespace(cluster, kinds);
    await run('preload', address, prefix, records);
    // Each begins once: who comes first has the colder caches of the broker.
    for (const kind of [...kinds.slice(round % 3), ...kinds.slice(0, round % 3)]) {
      const role = kind === 'hand-written' ? 'hand-written' : 'streams';
      const args = kind === 'hand-written' ? [records] : [kind, records];
      said.get(kind)?.push(await run(role, address, prefix, ...args));
      const count = await countCommitted(cluster, `${prefix}${scores.name}-${kind}`);
      if (count !== scoredOf(records)) throw new Error(`${kind} wrote ${count} scores of ${scoredOf(records)}.`);
    }
  });
  for (const kind of kinds) {
    tell(`filter → score → to, ${kind}: records/s`, (said.get(kind) ?? []).map(perSecond));
    tell('   records per second of its processor time', (said.get(kind) ?? []).map(perCpuSecond));
    tell(
      '   memory, MB',
      (said.get(kind) ?? []).map(({ megabytes }) => Number(megabytes)),
    );
  }
  const ratio = (of: string, to: string, what: (one: Said) => number): number[] =>
    (said.get(of) ?? []).map((one, round) => what(one) / what(said.get(to)?.[round] ?? {}));
  tell('at least once ÷ hand-written: records/s', ratio('at_least_once', 'hand-written', perSecond), '≥ 0.9');
  tell('   the same: per second of processor time', ratio('at_least_once', 'hand-written', perCpuSecond));
  tell('exactly once ÷ at least once: records/s', ratio('exactly_once', 'at_least_once', perSecond), '≥ 0.7');
  tell('   the same: per second of processor time', ratio('exactly_once', 'at_least_once', perCpuSecond));
  await cluster.close();
}

const PACED_RECORDS = 10_000;
const PACED_RATE = 1_000;
const latencyWanted = { at_least_once: '≤ 10', exactly_once: '≤ 25' } as const;

/** From the send of a record to its score's being read as committed, on the embedded broker. */
async function latency({ runs }: Setting): Promise<void> {
  const said = { at_least_once: [] as Said[], exactly_once: [] as Said[] };
  const guarantees = ['at_least_once', 'exactly_once'] as const;
  await times(runs, async () => {
    for (const guarantee of guarantees) {
      await using broker = await startMeasuredBroker(ownProgram);
      const cluster = await connectCluster({ brokers: [broker.address], clientId: 'bench' });
      const prefix = await namespace(cluster, [guarantee]);
      const scorer = start('streams', broker.address, prefix, guarantee, 0);
      await scorer.begun;
      const output = `${prefix}${scores.name}-${guarantee}`;
      said[guarantee].push(await run('paced', broker.address, prefix, output, PACED_RECORDS, PACED_RATE));
      await scorer.end();
      await cluster.close();
    }
  });
  for (const guarantee of guarantees) {
    const figures = (name: string): number[] => said[guarantee].map((one) => Number(one[name]));
    tell(`${PACED_RATE} records/s, ${guarantee}, send to read_committed: p50, ms`, figures('p50'));
    tell('   p99, ms', figures('p99'), latencyWanted[guarantee]);
    tell('   the slowest, ms', figures('most'));
  }
}

async function windowedCount({ runs }: Setting): Promise<void> {
  const said: Said[] = [];
  await times(runs, async () => void said.push(await run('windowed-count', 1_000_000)));
  tell('keyed windowed count in the test driver: records/s', said.map(perSecond), '≥ 100,000');
  tell('   records per second of processor time', said.map(perCpuSecond));
}

const RESTORED = 1_000_000;

async function restore({ runs }: Setting): Promise<void> {
  const said: Said[] = [];
  await times(runs, async () => {
    await using broker = await startMeasuredBroker(ownProgram);
    said.push(await run('restore', broker.address, `restore-${randomUUID()}`, RESTORED));
  });
  tell(
    'restore of a table from the embedded broker, start and group included: records/s',
    said.map(perSecond),
    '≥ 150,000',
  );
  tell('   records per second of processor time', said.map(perCpuSecond));
}

async function restoreFromKafka({ runs, brokers }: Setting): Promise<void> {
  await using kafka = await realKafka(brokers);
  const { address } = kafka;
  const said: Said[] = [];
  await times(runs, async () => void said.push(await run('restore', address, `restore-${randomUUID()}`, RESTORED)));
  tell('restore of a table from Apache Kafka, start and group included: records/s', said.map(perSecond), '≥ 150,000');
}

/** Ten million records with windows that expire: what is left after each million. */
async function memory(): Promise<void> {
  const said = await run('windowed-count', 10_000_000);
  const marks = said.memory as { heap: number; rss: number }[];
  process.stdout.write('windowed count, memory after each million records, MB: heap (RSS)\n');
  process.stdout.write(`   ${marks.map(({ heap, rss }) => `${heap.toFixed(1)} (${rss.toFixed(0)})`).join(', ')}\n`);
  tell(
    '   heap after the last half ÷ after the first half',
    [median(marks.slice(5).map(({ heap }) => heap)) / median(marks.slice(0, 5).map(({ heap }) => heap))],
    'flat: 1',
  );
}

/** Topics of one round, which nobody else has. */
async function namespace(cluster: Cluster, outputs: readonly string[]): Promise<string> {
  const prefix = `bench-${randomUUID().slice(0, 8)}-`;
  const names = [`${prefix}${flights.name}`, ...outputs.map((output) => `${prefix}${scores.name}-${output}`)];
  await cluster.ensureTopics(names.map((name) => ({ name, partitions: PARTITIONS, config: {} })));
  return prefix;
}

export const cases: Readonly<Record<string, (setting: Setting) => Promise<void>>> = {
  throughput,
  latency,
  'windowed-count': windowedCount,
  restore,
  'restore-kafka': restoreFromKafka,
  memory,
};
