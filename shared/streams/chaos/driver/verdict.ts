import type { Cluster, ConsumedRecord } from '#shared/kafka';
import { deadLetterReason } from '../../runtime/dead-letter.js';
import { serdes } from '../../serde.js';
import { StoreMetadata } from '../../stores/changes.js';
import { splitWindowKey } from '../../stores/window-key.js';
import { type ChaosTopics, STORES } from '../chaos-topology.js';
import { readWhole } from './read-whole.js';
import { add, type Recount } from './recount.js';

/** What a read_committed reader finds, against what must be there. */
export interface Verdict {
  readonly lost: number;
  readonly duplicated: number;
  /** Outputs or dead letters of inputs that must have none. */
  readonly unexpected: number;
  /** Keys whose table, changelog or series of updates is not that of a recount. */
  readonly wrongKeys: number;
  /** The first of each, in words. */
  readonly examples: readonly string[];
}

/** Compares the topics that the scorers wrote with the recount. */
export async function judge(
  cluster: Cluster,
  topics: ChaosTopics,
  applicationId: string,
  expected: Recount,
): Promise<Verdict> {
  const read = (topic: string) => readWhole(cluster, topic);
  // What operators keep beside a store's contents is no key of the table.
  const isContent = ({ key, value }: ConsumedRecord) => key !== null && !new StoreMetadata().restore(key, value);
  const changelog = async (store: string) => (await read(`${applicationId}-${store}-changelog`)).filter(isContent);
  const findings = new Findings();

  const outputs = new Map<string, number>();
  const writers = new Map<string, string[]>();
  for (const { key, value, partition, offset } of await read(topics.outputs.name)) {
    const id = key?.toString() ?? '';
    add(outputs, id, 1);
    const { by } = topics.outputs.value.deserialize(value ?? Buffer.of());
    writers.set(id, [...(writers.get(id) ?? []), `${by} at ${partition}:${offset}`]);
  }
  findings.compareOccurrences('output', outputs, expected.outputs, (id) => writers.get(id)?.join(', '));

  const deadLetters = new Map<string, number>();
  for (const record of await read(topics.deadLetters.name)) {
    const reason = deadLetterReason(record);
    add(deadLetters, `${reason?.partition}:${reason?.offset}`, 1);
  }
  findings.compareOccurrences('dead letter', deadLetters, expected.deadLetters);

  const audited = new Map<string, number>();
  for (const { key, value } of await read(topics.audit.name)) {
    const offsets = topics.audit.value.deserialize(value ?? Buffer.of());
    for (const offset of offsets) add(audited, `${key?.toString()}:${offset}`, 1);
  }
  findings.compareOccurrences('audit', audited, expected.audited);

  const counted = tableOf(await read(topics.counts.name), keyText, long);
  findings.compareTable('count', counted.table, expected.counts);
  findings.compareTable('updates of the count', counted.updates, expected.counts);
  findings.compareTable('steps of the count', counted.steps, expected.counts);
  const summed = tableOf(await read(topics.sums.name), windowText(topics), double);
  findings.compareTable('sum', summed.table, expected.sums);
  findings.compareTable('updates of the sum', summed.updates, expected.sumUpdates);

  const countsLog = tableOf(await changelog(STORES.counts), keyText, long);
  findings.compareTable('changelog of the count', countsLog.table, expected.counts);
  const sumsLog = tableOf(await changelog(STORES.sums), logKeyText, double);
  findings.compareTable('changelog of the sum', sumsLog.table, expected.sums);
  return findings;
}

const long = (bytes: Buffer): number => serdes.long.deserialize(bytes);
const double = (bytes: Buffer): number => serdes.number.deserialize(bytes);

const keyText = (key: Buffer): string => key.toString();

const windowText =
  (topics: ChaosTopics) =>
  (bytes: Buffer): string => {
    const { key, window } = topics.sums.key.deserialize(bytes);
    return `${key} ${window.start}`;
  };

const logKeyText = (bytes: Buffer): string => {
  const { key, start } = splitWindowKey(bytes);
  return `${key.toString()} ${start}`;
};

/** A topic as a table: the last value of each key, how many it had, and how many of them were one more than the one before. */
function tableOf(
  records: readonly ConsumedRecord[],
  nameOf: (key: Buffer) => string,
  numberOf: (bytes: Buffer) => number,
) {
  const [table, updates, steps] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
  for (const { key, value } of records) {
    if (key === null || value === null) continue;
    const [name, number] = [nameOf(key), numberOf(value)];
    if (number === (table.get(name) ?? 0) + 1) add(steps, name, 1);
    table.set(name, number);
    add(updates, name, 1);
  }
  return { table, updates, steps };
}

const EXAMPLES = 5;

class Findings implements Verdict {
  lost = 0;
  duplicated = 0;
  unexpected = 0;
  wrongKeys = 0;
  readonly examples: string[] = [];

  compareOccurrences(
    what: string,
    found: ReadonlyMap<string, number>,
    expected: ReadonlyMap<string, number>,
    detail: (id: string) => string | undefined = () => undefined,
  ): void {
    const examples: string[] = [];
    for (const [id, times] of expected) {
      const difference = (found.get(id) ?? 0) - times;
      if (difference < 0) this.lost -= difference;
      if (difference > 0) this.duplicated += difference;
      if (difference !== 0)
        examples.push(`${what} of ${id}: ${found.get(id) ?? 0}, not ${times} (${detail(id) ?? ''})`);
    }
    for (const id of found.keys()) {
      if (expected.has(id)) continue;
      this.unexpected += 1;
      examples.push(`${what} of ${id}, which must have none`);
    }
    this.examples.push(...examples.slice(0, EXAMPLES));
  }

  compareTable(what: string, found: ReadonlyMap<string, number>, expected: ReadonlyMap<string, number>): void {
    const keys = [...new Set([...found.keys(), ...expected.keys()])].filter(
      (key) => found.get(key) !== expected.get(key),
    );
    this.wrongKeys += keys.length;
    this.examples.push(
      ...keys.slice(0, EXAMPLES).map((key) => `${what} of ${key}: ${found.get(key)}, not ${expected.get(key)}`),
    );
  }
}
