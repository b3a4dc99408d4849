import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Contender, Figure } from '../harness/case.js';
import { type RunningLoad, type Said, startLoad } from '../harness/load.js';
import type { Setting } from '../harness/setting.js';
import { checkCommitted, checkScores, firstOutput } from '../job/outputs.js';
import { schemaFolder } from '../job/payments.js';

export type Guarantee = 'at_least_once' | 'exactly_once';

/** A program that does the job, by the contract of README.md. */
export interface Rival extends Pick<Contender, 'name' | 'whyNot' | 'isHeavy'> {
  /** One line. */
  readonly about: string;
  readonly guarantee: Guarantee;
  /** Of the records of a run, for those that would take minutes; 1 where it is not given. */
  readonly share?: number;
  /** What runs it once `whyNot` has made it ready. */
  commandLine(): readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Assignment {
  readonly address: string;
  readonly input: string;
  readonly output: string;
  readonly group: string;
  /** 0: until it is killed. */
  readonly records: number;
}

/** Of the records: Java's and V8's compilers are through then. */
const WARM_UP = 0.4;
/** Whoever has not ended by then does not end. */
const PATIENCE_MS = 900_000;

/** Starts a rival on its part of the job. */
export async function startRival(rival: Rival, setting: Setting, assignment: Assignment): Promise<RunningLoad> {
  const { address, input, output, group, records } = assignment;
  return startLoad(rival.commandLine(), {
    core: setting.cores.measured,
    environment: {
      BENCH_BROKERS: address,
      BENCH_INPUT_TOPIC: input,
      BENCH_OUTPUT_TOPIC: output,
      BENCH_GROUP: group,
      BENCH_GUARANTEE: rival.guarantee,
      BENCH_MODEL: join(await setting.modelFolder(), 'model.onnx'),
      BENCH_SCHEMAS: schemaFolder,
      BENCH_RECORDS: String(records),
      BENCH_WARM_UP: String(Math.floor(records * WARM_UP)),
      ...rival.environment,
    },
  });
}

export const newGroup = ({ name }: Rival): string => `bench-${name}-${randomUUID().slice(0, 8)}`;

/**
 * Has a rival take a topic that was filled before, and measures it.
 * @throws Error where a score is lost, duplicated or wrong, or the rival has not committed what it has read.
 */
export async function runRival(rival: Rival, setting: Setting, address: string): Promise<readonly Figure[]> {
  const records = setting.records(rival.share);
  const cluster = await setting.cluster(address);
  const input = await setting.input(address, records);
  const output = await setting.newTopic(address, `scores-${rival.name}`);
  const expected = await setting.expected(records);
  const group = newGroup(rival);
  const startedAt = performance.now();
  const load = await startRival(rival, setting, { address, input, output, group, records });
  const patience = setTimeout(() => void load.kill(), PATIENCE_MS);
  let isOver = false;
  const first = firstOutput(cluster, output, () => isOver).then(() => performance.now() - startedAt);
  const said = await load.result.finally(() => {
    isOver = true;
    clearTimeout(patience);
  });
  const firstMs = await first;
  await checkScores(cluster, output, expected);
  await checkCommitted(cluster, group, input, records);
  await cluster.deleteTopics([output]);
  return figuresOf(said, firstMs);
}

function figuresOf(said: Said, firstMs: number): Figure[] {
  const [amount, seconds, cpuSeconds, megabytes] = ['amount', 'seconds', 'cpuSeconds', 'megabytes'].map((field) =>
    Number(said[field]),
  ) as [number, number, number, number];
  return [
    { name: 'events', unit: '/s', kind: 'rate', value: amount / seconds },
    { name: 'events per CPU second', unit: '/s', kind: 'cpu-rate', value: amount / cpuSeconds },
    { name: 'start to first output', unit: 'ms', kind: 'time', value: firstMs },
    { name: 'memory', unit: 'MB', kind: 'size', value: megabytes },
  ];
}

/** A rival as a contender of an end-to-end case. */
export const contenderOf = (rival: Rival, setting: Setting, address: () => Promise<string>): Contender => ({
  name: rival.name,
  ...(rival.isHeavy && { isHeavy: true }),
  ...(rival.whyNot && { whyNot: () => rival.whyNot?.() }),
  take: async () => runRival(rival, setting, await address()),
});
