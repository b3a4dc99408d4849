import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connectCluster } from '#shared/kafka';
import { projectFile } from '#shared/project-file';
import { demo } from '../../demos/flight-delay/demo.js';
import { startProgram } from '../harness/started-program.js';
import { spread } from './said.js';

const NUMBERS = [0, 1, 50] as const;
/** Before a part of the backlog modules are loaded and code is compiled; after another one a partition may have nothing left. */
const [FROM, TO] = [0.1, 0.95];
const SETTLE_MS = 1_000;
const WINDOW_MS = 4_000;

/** What was done while so many looked. */
interface Stretch {
  readonly recordsPerSecond: number;
  /** The scorer's processor time a record. */
  readonly microseconds: number;
  /** Processor seconds a second, of the process that serves the page. */
  readonly pageCores: number;
}

/** What a scorer does with records that were produced before, while nobody, one and fifty look at the page, by turns. */
export async function viewersCost(records: number): Promise<string[]> {
  await using broker = startProgram('shared/commands/broker.js', ['--port', '0', '--registry-port', '0']);
  const brokers = await broker.said(/Kafka\s+(\S+:\d+)/);
  const where = ['--brokers', brokers, '--registry', await broker.said(/(http:\S+)/), '--monitoring', 'off'];
  const part = (role: string, ...more: string[]) =>
    startProgram(`demos/${demo.name}/demo.js`, ['--only', role, ...where, ...more]);
  {
    await using producer = part('producer', '--records', String(records), '--rate', '0');
    await producer.ended();
  }
  await using page = part('dashboard', '--port', '0');
  await using viewers = await startViewers(await page.said(/live page is at (\S+);/));
  await using cluster = await closing(connectCluster({ brokers: [brokers], clientId: 'bench' }));
  await using scorer = part('scorer');
  const taken = async (): Promise<number> => {
    for (const each of [broker, page, scorer]) each.mustBeThere();
    const committed = await cluster.committedOffsets(`${demo.name}.scorer`, [demo.topics.input.name]);
    const offsets = [...committed.values()].flatMap((partitions) => [...partitions.values()]);
    return offsets.reduce<number>((sum, offset) => sum + (offset ?? 0), 0);
  };
  const moment = async () => ({
    taken: await taken(),
    at: performance.now(),
    scorer: scorer.processorSeconds(),
    page: page.processorSeconds(),
  });

  while ((await taken()) < FROM * records) await delay(100);
  const rounds: ReadonlyMap<number, Stretch>[] = [];
  for (;;) {
    const round = new Map<number, Stretch>();
    // Each has each place in turn: a backlog that is nearly taken is another one than a full one.
    for (const place of NUMBERS.keys()) {
      const number = NUMBERS[(place + rounds.length) % NUMBERS.length] ?? 0;
      await viewers.be(number);
      await delay(SETTLE_MS);
      const from = await moment();
      await delay(WINDOW_MS);
      const to = await moment();
      const [seconds, done] = [(to.at - from.at) / 1_000, to.taken - from.taken];
      round.set(number, {
        recordsPerSecond: done / seconds,
        microseconds: ((to.scorer - from.scorer) / done) * 1e6,
        pageCores: (to.page - from.page) / seconds,
      });
    }
    if ((await taken()) > TO * records) return linesOf(rounds, records);
    rounds.push(round);
  }
}

function linesOf(rounds: readonly ReadonlyMap<number, Stretch>[], records: number): string[] {
  const of = (number: number, figure: keyof Stretch): number[] =>
    rounds.map((round) => round.get(number)?.[figure] ?? Number.NaN);
  const against = (number: number, figure: keyof Stretch): number[] =>
    of(number, figure).map((each, round) => each / (of(0, figure)[round] ?? Number.NaN));
  const lines = [`${records} records taken by the scorer alone, ${rounds.length} rounds; median (least – most)`];
  const line = (title: string, figures: readonly number[], digits: number): void => {
    lines.push(`${title.padEnd(58)} ${spread(figures, digits)}`);
  };
  for (const number of NUMBERS) line(`records/s, ${number} viewers`, of(number, 'recordsPerSecond'), 0);
  for (const number of NUMBERS) line(`scorer, processor µs a record, ${number} viewers`, of(number, 'microseconds'), 1);
  for (const number of NUMBERS) line(`page, cores, ${number} viewers`, of(number, 'pageCores'), 2);
  for (const number of NUMBERS.slice(1)) {
    line(`records/s, ${number} against 0 of each round`, against(number, 'recordsPerSecond'), 3);
    line(`scorer, ${number} against 0 of each round`, against(number, 'microseconds'), 3);
  }
  return lines;
}

async function closing<T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T & AsyncDisposable> {
  const opened = await opening;
  return Object.assign(opened, { [Symbol.asyncDispose]: () => opened.close() });
}

/** Whoever looks is a process of its own. */
async function startViewers(url: string) {
  const child = fork(fileURLToPath(projectFile('dist/bench/page/viewers-process.js')), [url]);
  await once(child, 'spawn');
  return {
    /** Resolves when so many have the page. */
    async be(number: number): Promise<void> {
      const there = once(child, 'message');
      child.send(number);
      await there;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill();
      await once(child, 'exit');
    },
  };
}
