import { setImmediate } from 'node:timers/promises';
import { KitError } from '#shared/errors';
import { StreamsBuilder } from '../dsl/streams-builder.js';
import type { Windowed } from '../record.js';
import type { InterceptorSupplier } from '../runtime/interceptor.js';
import { type Serde, serdes } from '../serde.js';
import { type SerdeTopic, serdeTopic } from '../topics.js';
import type { Topology } from '../topology/topology.js';
import { timeWindowedSerde } from '../windowed-serde.js';
import { TimeWindows } from '../windows.js';

/** What is scored. */
export interface ChaosInput {
  readonly id: string;
  /** What the counts are grouped by. */
  readonly group: string;
  /** Negative: its scoring fails. A multiple of ten: it is filtered out. */
  readonly amount: number;
  /** The input partition that it was sent to. */
  readonly lane: number;
}

/** What became of an input. */
interface ChaosOutput {
  readonly id: string;
  readonly group: string;
  readonly amount: number;
  readonly lane: number;
  /** The process that scored it. */
  readonly by: string;
}

export const PARTITIONS = 8;
export const WINDOW_MS = 60_000;
/** Names of stores, which their changelogs are named after. */
export const STORES = { counts: 'counts', sums: 'sums' } as const;

// Partitions go on at different paces: no record may be too late, or the recount would have to know the order of things.
const GRACE_MS = 7 * 86_400_000;

const jsonOf = <T>(): Serde<NonNullable<T>> => serdes.json<NonNullable<T>>();

/** The topics of one run. */
export interface ChaosTopics {
  readonly inputs: SerdeTopic<string, ChaosInput>;
  readonly outputs: SerdeTopic<string, ChaosOutput>;
  /** How many outputs each group has had; each update is there. */
  readonly counts: SerdeTopic<string, number>;
  /** The sum of the amounts of each group and minute; each update is there. */
  readonly sums: SerdeTopic<Windowed<string>, number>;
  readonly deadLetters: { readonly name: string };
  /** What interceptors were told of, as they are committed: offsets, by partition. */
  readonly audit: SerdeTopic<string, number[]>;
}

export function chaosTopics(prefix: string): ChaosTopics {
  return {
    inputs: serdeTopic({ name: `${prefix}.inputs`, key: serdes.string, value: jsonOf<ChaosInput>() }),
    outputs: serdeTopic({ name: `${prefix}.outputs`, key: serdes.string, value: jsonOf<ChaosOutput>() }),
    counts: serdeTopic({ name: `${prefix}.counts`, key: serdes.string, value: serdes.long }),
    sums: serdeTopic({
      name: `${prefix}.sums`,
      key: timeWindowedSerde<string>(serdes.string, WINDOW_MS),
      value: serdes.number,
    }),
    deadLetters: { name: `${prefix}.dead-letters` },
    audit: serdeTopic({ name: `${prefix}.audit`, key: serdes.string, value: jsonOf<number[]>() }),
  };
}

/** What is expected to become of an input: what the topology below does with it, said once more. */
export function fateOf(input: ChaosInput | null): 'scored' | 'filtered' | 'dead letter' {
  if (input === null || input.amount % 10 === 0) return 'filtered';
  return input.amount < 0 ? 'dead letter' : 'scored';
}

/** Writes the offset of each input that a task takes, in the transactions of the task. */
export function chaosInterceptor({ audit }: ChaosTopics): InterceptorSupplier {
  return () => {
    const taken = new Map<number, number[]>();
    return {
      onProcess({ partition, offset }) {
        const offsets = taken.get(partition);
        if (offsets === undefined) taken.set(partition, [offset]);
        else offsets.push(offset);
      },
      onCommit() {
        const records = Array.from(taken, ([partition, offsets]) => {
          return { topic: audit.name, key: String(partition), value: audit.value.serialize(offsets), timestamp: 0 };
        });
        taken.clear();
        return records;
      },
    };
  };
}

/** Filters, scores in batches, and counts by group and by minute, behind a repartition topic. */
export function chaosTopology(topics: ChaosTopics, by: string): Topology {
  const builder = new StreamsBuilder();
  const scored = builder
    .stream(topics.inputs)
    .filter((_, input) => fateOf(input) !== 'filtered')
    .mapBatch(async (records) => {
      await setImmediate();
      return records.map(({ value: { id, group, amount, lane } }): ChaosOutput | KitError =>
        amount < 0
          ? new KitError('record-unscorable', `The amount ${amount} of ${id} is negative.`)
          : { id, group, amount, lane, by },
      );
    });
  scored.to(topics.outputs);
  const byGroup = scored.groupBy((_, { group }) => group, { named: 'by-group' });
  byGroup.count({ store: STORES.counts }).toStream().to(topics.counts);
  byGroup
    .windowedBy(TimeWindows.ofSizeAndGrace(WINDOW_MS, GRACE_MS))
    .aggregate<number>(
      () => 0,
      (_, { amount }, sum) => (sum ?? 0) + amount,
      { store: STORES.sums, value: serdes.number },
    )
    .toStream()
    .to(topics.sums);
  return builder.build();
}
