import { setTimeout as delay } from 'node:timers/promises';
import type { Case, Contender, Figure } from '../harness/case.js';
import type { RunningLoad } from '../harness/load.js';
import { hasProcFiles, processorSeconds, residentMegabytes } from '../harness/proc.js';
import type { Setting } from '../harness/setting.js';
import { checkScores } from '../job/outputs.js';
import { type Shape, usualShape } from '../job/payments.js';
import { ours } from '../rivals/rivals.js';
import { newGroup, startRival } from '../rivals/run-rival.js';

/** Before, code is compiled and the group comes together; after, a partition may have nothing left. */
const [FROM, TO] = [0.4, 0.95];
const LOOK_EVERY_MS = 10;
/** Heavy records are fewer. */
const MOST_BYTES = 4e8;
/** A payment without anything beside it, in the wire format. */
const PAYMENT_BYTES = 91;

interface Work extends Shape {
  readonly scorers: number;
}

interface Moment {
  readonly done: number;
  readonly at: number;
  readonly cpuSeconds: number;
}

/**
 * Scorers of one group take a topic that was filled before; looked at from outside, for none of them knows what the others do.
 * @throws Error where a score is lost, duplicated or wrong.
 */
async function take(work: Work, setting: Setting): Promise<Figure[]> {
  const address = await setting.kafka();
  const [rival] = ours;
  const bytes = PAYMENT_BYTES + work.attachmentBytes;
  const records = Math.min(setting.records(), Math.round(MOST_BYTES / bytes));
  const input = await setting.input(address, records, work);
  const output = await setting.newTopic(address, 'grown-scores', work);
  const cluster = await setting.cluster(address);
  const assignment = { address, input, output, group: newGroup(rival), records: 0 };
  const scorers: RunningLoad[] = [];
  const sumOf = (figure: (pid: number | undefined) => number): number =>
    scorers.reduce((sum, { pid }) => sum + figure(pid), 0);
  /** Throws where a scorer has ended. */
  const reached = async (share: number): Promise<Moment> => {
    for (;;) {
      const ends = (await cluster.endOffsets([output])).get(output) ?? [];
      const done = ends.reduce((sum, end) => sum + end, 0);
      if (done >= share * records) return { done, at: performance.now(), cpuSeconds: sumOf(processorSeconds) };
      await Promise.race([delay(LOOK_EVERY_MS), ...scorers.map(({ result }) => result)]);
    }
  };
  try {
    for (let number = 0; number < work.scorers; number += 1) {
      scorers.push(await startRival(rival, setting, assignment));
    }
    const from = await reached(FROM);
    const to = await reached(TO);
    await reached(1);
    const megabytes = sumOf(residentMegabytes);
    await checkScores(cluster, output, await setting.expected(records));
    const [seconds, done] = [(to.at - from.at) / 1_000, to.done - from.done];
    return [
      { name: 'events', unit: '/s', kind: 'rate', value: done / seconds },
      { name: 'payload', unit: 'MB/s', kind: 'told', value: (done * bytes) / seconds / 2 ** 20 },
      { name: 'events per CPU second', unit: '/s', kind: 'cpu-rate', value: done / (to.cpuSeconds - from.cpuSeconds) },
      { name: 'memory of all scorers', unit: 'MB', kind: 'size', value: megabytes },
    ];
  } finally {
    await Promise.all(scorers.map((scorer) => scorer.kill()));
    await cluster.deleteTopics([output]);
  }
}

const contender = (name: string, work: Partial<Work>, setting: Setting): Contender => ({
  name,
  take: () => take({ ...usualShape, scorers: 1, ...work }, setting),
});

export const growth: Case = {
  name: 'growth',
  about: 'the end-to-end job at least once, by partitions, scorers of one group, and bytes of a record',
  whyNot: (setting) =>
    hasProcFiles ? setting.whyNoKafka() : 'other processes are looked at by /proc, which is not there',
  contenders: (setting) => [
    ...[1, 4, 16, 64].map((partitions) => contender(`partitions-${partitions}`, { partitions }, setting)),
    ...[2, 4].map((scorers) => contender(`scorers-${scorers}`, { scorers }, setting)),
    ...[1_000, 10_000, 100_000].map((bytes) =>
      contender(`bytes-${bytes}`, { attachmentBytes: bytes - PAYMENT_BYTES }, setting),
    ),
  ],
};
