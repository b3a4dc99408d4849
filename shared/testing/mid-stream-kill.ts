import { randomUUID } from 'node:crypto';
import type { DemoDefinition } from '#shared/commands';
import type { PredictionFields } from '#shared/dashboard';
import { startRegistry } from '#shared/embedded/registry';
import { connectCluster } from '#shared/kafka';
import type { Topic } from '#shared/schema';
import { type CommittedRecord, CommittedRecords } from './committed-records.js';
import { expectedIdsOf } from './demo-inputs.js';
import { startProgram } from './program-process.js';

/** What a test of a killed scorer may take: the group misses it after 10 s. */
export const TAKEOVER_PATIENCE_MS = 90_000;

export interface MidStreamKill<V> {
  /** Records of the main input. */
  readonly records: number;
  /** A second. What is still to come when the scorer is killed should take a second at least. */
  readonly rate: number;
  /** What the demo decides: its predictions, offers or alarms. */
  readonly decisions: Topic<V>;
  /** How many decisions there must be in the end; a third of them are there when the scorer is killed. */
  readonly expected: number;
  /** Further topics, to be read when all is over. */
  readonly also?: readonly Topic<object>[];
  /** host:port of the cluster; topics and groups are in a namespace of their own. */
  readonly brokers: string;
}

/** What lies on a demo's topics after its scorer was killed and another has taken over. */
export interface AfterTakeover<V> {
  /** Those of a key in order. */
  readonly decisions: readonly CommittedRecord<V>[];
  /** Of all predictions, sorted: as many as there are predictions. */
  readonly predictedIds: readonly string[];
  /** What lies on the further topics, in the order in which they were named. */
  readonly also: readonly (readonly CommittedRecord<object>[])[];
}

/**
 * Runs a demo's producer and scorer, each a process as a user starts it, kills the scorer by SIGKILL in mid-stream, starts
 * another, and gives what was committed when everything is predicted and that scorer has ended in good order. Whether
 * nothing was lost or made twice shows beside `undisturbed`.
 */
export async function killedInMidStream<I, P extends PredictionFields, O, V>(
  demo: DemoDefinition<I, P, O>,
  { records, rate, decisions: topic, expected, also = [], brokers }: MidStreamKill<V>,
): Promise<AfterTakeover<V>> {
  const registry = await startRegistry({ port: 0 });
  const namespace = `kill-${randomUUID().slice(0, 8)}.`;
  const at = ['--brokers', brokers, '--registry', registry.url, '--namespace', namespace];
  const start = (only: string, ...args: readonly string[]) =>
    startProgram(`demos/${demo.name}/demo.js`, ['--only', only, ...at, ...args]);
  const cluster = await connectCluster({ brokers: [brokers], clientId: 'test' });
  try {
    await using doomed = start('scorer');
    await doomed.said(/Scoring /);
    const open = <T>(one: Topic<T>): Promise<CommittedRecords<T>> =>
      CommittedRecords.open(cluster, registry.url, one, `${namespace}${one.name}`);
    const decisions = await open(topic);
    const predicted = await open(demo.topics.predictions);
    const others = await Promise.all(also.map(open));
    await using producer = start('producer', '--records', String(records), '--rate', String(rate));

    await decisions.until(({ length }) => length >= expected / 3);
    if (decisions.records.length >= expected) {
      throw new Error(`All ${expected} decisions are there before the scorer is killed; a lower rate would do.`);
    }
    doomed.signal('SIGKILL');
    await using successor = start('scorer');
    const produced = await producer.exited;
    if (produced !== 0) throw new Error(`The producer ended with ${produced}: ${producer.stderr()}`);

    const expectedIds = expectedIdsOf(demo, records);
    await predicted.until((all) => {
      if (all.length < expectedIds.length) return false;
      const ids = new Set(all.map(({ value }) => value.id));
      return expectedIds.every((id) => ids.has(id));
    });
    await decisions.until(({ length }) => length >= expected);
    successor.signal('SIGTERM');
    const ended = await successor.exited;
    if (ended !== 0) throw new Error(`The scorer that took over ended with ${ended}: ${successor.stderr()}`);
    await decisions.toEnd();
    await predicted.toEnd();
    for (const other of others) await other.toEnd();
    return {
      decisions: decisions.records,
      predictedIds: predicted.records.map(({ value }) => value.id).toSorted(),
      also: others.map((other) => other.records),
    };
  } finally {
    await cluster.close();
    await registry.close();
  }
}
