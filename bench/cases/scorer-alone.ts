import { setTimeout as delay } from 'node:timers/promises';
import { connectCluster } from '#shared/kafka';
import { projectFile } from '#shared/project-file';
import { startProgram } from '../harness/started-program.js';

/** Of all records: before, modules are loaded, code is compiled and a monitor starts; after, one partition may have nothing left. */
const [FROM, TO] = [0.25, 0.95];
const LOOK_EVERY_MS = 100;
/** What a demo starts its monitor with. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  monitor: ['--max-semi-space-size=4', '--single-threaded-gc'],
};

/** What a scorer did with a backlog. */
export interface BacklogRun {
  readonly recordsPerSecond: number;
  /** Processor seconds per second, while it was at it, of the scorer and of the monitor. */
  readonly scorerCores: number;
  readonly monitorCores: number;
}

/**
 * A demo's scorer in a process of its own takes what was produced before, without producer and page beside it, so that the
 * scorer is what bounds the speed. With monitoring on its monitor works beside it, as a demo starts it.
 */
export async function scorerAlone(name: string, records: number, monitoring: 'on' | 'off'): Promise<BacklogRun> {
  await using broker = startProgram('shared/commands/broker.js', ['--port', '0', '--registry-port', '0']);
  const brokers = await broker.said(/Kafka\s+(\S+:\d+)/);
  const where = ['--brokers', brokers, '--registry', await broker.said(/(http:\S+)/), '--monitoring', monitoring];
  const program = `demos/${name}/demo.js`;
  const part = (role: string, ...more: string[]) =>
    startProgram(program, ['--only', role, ...where, ...more], FLAGS[role]);
  {
    await using producer = part('producer', '--records', String(records), '--rate', '0');
    await producer.ended();
  }

  const { demo } = (await import(new URL(`dist/${program}`, projectFile('.')).href)) as DemoModule;
  const cluster = await connectCluster({ brokers: [brokers], clientId: 'bench' });
  await using scorer = part('scorer');
  await using monitor = monitoring === 'on' ? part('monitor') : undefined;
  const reached = async (share: number): Promise<Moment> => {
    for (;;) {
      const committed = await cluster.committedOffsets(`${name}.scorer`, [demo.topics.input.name]);
      const offsets = [...committed.values()].flatMap((partitions) => [...partitions.values()]);
      const done = offsets.reduce<number>((sum, offset) => sum + (offset ?? 0), 0);
      if (done >= share * records) {
        return {
          done,
          at: performance.now(),
          scorer: scorer.processorSeconds(),
          monitor: monitor?.processorSeconds() ?? 0,
        };
      }
      for (const each of [broker, scorer, monitor]) each?.mustBeThere();
      await delay(LOOK_EVERY_MS);
    }
  };
  const from = await reached(FROM);
  const to = await reached(TO);
  await cluster.close();
  const seconds = (to.at - from.at) / 1_000;
  return {
    recordsPerSecond: (to.done - from.done) / seconds,
    scorerCores: (to.scorer - from.scorer) / seconds,
    monitorCores: (to.monitor - from.monitor) / seconds,
  };
}

interface DemoModule {
  readonly demo: { readonly topics: { readonly input: { readonly name: string } } };
}

interface Moment {
  readonly done: number;
  readonly at: number;
  readonly scorer: number;
  readonly monitor: number;
}
