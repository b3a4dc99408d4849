import { KitError } from '#shared/errors';
import { passThrough } from '../operators/pass-through.js';
import type { Serde } from '../serde.js';
import { defaultValueSerde } from '../stores/store-definition.js';
import type { SerdeTopic } from '../topics.js';
import type { Operator, ParentNode, SourceNode } from '../topology/graph.js';
import type { TopologyGraph } from '../topology/topology-graph.js';

/** A serde whose type the method that was called has checked. */
export type ErasedSerde = Serde<NonNullable<unknown>>;

/** Where a stream stands in the topology, and what is known of its records. */
export interface StreamParts {
  readonly graph: TopologyGraph;
  readonly node: ParentNode;
  readonly key: ErasedSerde;
  /** Unknown once the values have been mapped. */
  readonly value: ErasedSerde | undefined;
  /** Whether the key may have changed since the records came from a topic. */
  readonly repartitionRequired: boolean;
  /** Where its records come from: what it is joined with must have as many partitions. */
  readonly sources: readonly SourceNode[];
}

interface RepartitionOptions {
  readonly key?: ErasedSerde | undefined;
  readonly value?: ErasedSerde | undefined;
  readonly partitions?: number | undefined;
}

/** Sends a stream through a topic of the application's own, so that records of one key are on one partition. */
export function repartition(
  { graph, node, ...known }: StreamParts,
  prefix: string,
  { key = known.key, value = known.value, partitions }: RepartitionOptions = {},
): StreamParts {
  refuseBadTopic(prefix, partitions);
  const topic: SerdeTopic<unknown, unknown> = {
    name: `${prefix}-repartition`,
    key,
    value: value ?? defaultValueSerde,
    internal: true,
    ...(partitions !== undefined && { partitions }),
  };
  const generated = /^KSTREAM.*-[0-9]{10}$/.test(prefix);
  const name = (kind: string, suffix: string): string =>
    graph.name(`KSTREAM-${kind}-`, generated ? undefined : `${topic.name}-${suffix}`);
  const [sinkName, filterName, sourceName] = [name('SINK', 'sink'), name('FILTER', 'filter'), name('SOURCE', 'source')];
  const filter = graph.processor(
    nullKeyFilter(() => graph.leadsToRelaxedJoin(sourceName)),
    { name: filterName, parents: [node] },
  );
  graph.sink(topic, sinkName, [filter]);
  const source = graph.source(topic, sourceName, { nullValues: true });
  return { graph, node: source, key, value, repartitionRequired: false, sources: [source] };
}

/** On the cluster it would be refused without the name of the operator. */
function refuseBadTopic(operator: string, partitions: number | undefined): void {
  if (!/^[a-zA-Z0-9._-]{1,200}$/.test(operator)) {
    throw new KitError(
      'topology',
      `The operator "${operator}" needs a repartition topic of its name; it may have letters, digits, dots, _ and -, at most 200.`,
    );
  }
  if (partitions !== undefined && !(Number.isInteger(partitions) && partitions >= 1)) {
    throw new KitError(
      'topology',
      `The repartition topic of ${operator} is to have ${partitions} partitions; it needs 1 or more.`,
    );
  }
}

/** Null keys meet nothing behind a repartition topic, but in left and outer joins. */
function nullKeyFilter<K, V>(keepsNullKeys: () => boolean): Operator<K, V, K, V> {
  return (next, context) => {
    if (keepsNullKeys()) return passThrough<K, V>()(next, context);
    return (record) => {
      if (record.key !== null) next(record);
    };
  };
}

/** Options whose serdes the signature of the method that was called has checked. */
export function erased<T extends object>(
  options: T,
): Omit<T, 'key' | 'value' | 'otherValue'> & {
  readonly key?: ErasedSerde | undefined;
  readonly value?: ErasedSerde | undefined;
  readonly otherValue?: ErasedSerde | undefined;
} {
  return options as ReturnType<typeof erased<T>>;
}
