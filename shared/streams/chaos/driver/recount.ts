import type { Cluster } from '#shared/kafka';
import { type ChaosTopics, fateOf, WINDOW_MS } from '../chaos-topology.js';
import { readWhole } from './read-whole.js';

/** What must have become of the inputs, counted from the input topic itself. */
export interface Recount {
  /** Records in the topic. */
  readonly inputs: number;
  readonly filtered: number;
  /** How often each id is there: once, unless it was produced again. */
  readonly outputs: ReadonlyMap<string, number>;
  /** `partition:offset` of inputs that end as dead letters. */
  readonly deadLetters: ReadonlyMap<string, number>;
  /** `partition:offset` of each input, whatever became of it. */
  readonly audited: ReadonlyMap<string, number>;
  readonly counts: ReadonlyMap<string, number>;
  /** By `group start`. */
  readonly sums: ReadonlyMap<string, number>;
  /** How many records went into each sum. */
  readonly sumUpdates: ReadonlyMap<string, number>;
}

export async function recount(cluster: Cluster, topics: ChaosTopics): Promise<Recount> {
  const records = await readWhole(cluster, topics.inputs.name);
  const [outputs, deadLetters, audited] = [
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
  ];
  const [counts, sums, sumUpdates] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
  let filtered = 0;
  for (const { partition, offset, value, timestamp } of records) {
    add(audited, `${partition}:${offset}`, 1);
    const input = value === null ? null : parsed(value, topics);
    const fate = input === undefined ? 'dead letter' : fateOf(input);
    if (fate === 'filtered') filtered += 1;
    else if (fate === 'dead letter' || input === undefined || input === null)
      add(deadLetters, `${partition}:${offset}`, 1);
    else {
      const window = `${input.group} ${Math.floor(timestamp / WINDOW_MS) * WINDOW_MS}`;
      add(outputs, input.id, 1);
      add(counts, input.group, 1);
      add(sums, window, input.amount);
      add(sumUpdates, window, 1);
    }
  }
  return { inputs: records.length, filtered, outputs, deadLetters, audited, counts, sums, sumUpdates };
}

export function add(numbers: Map<string, number>, key: string, more: number): void {
  numbers.set(key, (numbers.get(key) ?? 0) + more);
}

function parsed(value: Buffer, topics: ChaosTopics) {
  try {
    return topics.inputs.value.deserialize(value);
  } catch {
    // That is what the record is there for.
    return undefined;
  }
}
