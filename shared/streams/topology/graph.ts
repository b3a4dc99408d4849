import type { StreamRecord } from '../record.js';
import type { OperatorContext } from '../runtime/operator-context.js';
import type { ErasedTopic } from '../topics.js';

/** Takes one record; what follows it in the topology has seen the record when this returns. */
export type Step<K, V> = (record: StreamRecord<K, V>) => void;

/** An operator: given what comes next, makes the step that comes before. Called once per task. */
export type Operator<KI, VI, KO, VO> = (next: Step<KO, VO>, context: OperatorContext) => Step<KI, VI>;

/** An operator whose record types the builder has already checked: inside the graph they are no longer known. */
export type ErasedOperator = Operator<unknown, unknown, unknown, unknown>;

/** Gives a record its time, milliseconds since the epoch; a negative one is refused. */
export type TimestampExtractor = (record: {
  readonly key: unknown;
  readonly value: unknown;
  readonly timestamp: number;
}) => number;

/** How a topic is read. */
export interface SourceOptions {
  /** Where a partition without a committed offset starts (`auto.offset.reset`); 'earliest' unless said. */
  readonly offsetReset?: 'earliest' | 'latest';
  /** The record's own timestamp unless said. */
  readonly timestampExtractor?: TimestampExtractor;
  /** Whether values may be null; a null in a topic of Avro records does not decode otherwise. */
  readonly nullValues: boolean;
}

interface NodeBasics {
  /** In the order of creation: what a node gives on goes to its children in this order. */
  readonly index: number;
  readonly name: string;
}

export interface SourceNode extends NodeBasics {
  readonly kind: 'source';
  readonly topic: ErasedTopic;
  readonly options: SourceOptions;
  readonly children: ChildNode[];
}

export interface ProcessorNode extends NodeBasics {
  readonly kind: 'processor';
  readonly operator: ErasedOperator;
  readonly parents: readonly ParentNode[];
  readonly children: ChildNode[];
  /** Names of the stores that it reads or writes; settled when the topology is built. */
  readonly stores: () => readonly string[];
  /** Whether it parks records until the end of a chunk. */
  readonly batched: boolean;
}

export interface SinkNode extends NodeBasics {
  readonly kind: 'sink';
  readonly topic: ErasedTopic;
  readonly parents: readonly ParentNode[];
  /** The partition of a record; the key decides where this is absent or says undefined. */
  readonly partitioner: ((key: unknown, value: unknown, partitions: number) => number | undefined) | undefined;
}

export type ChildNode = ProcessorNode | SinkNode;
export type ParentNode = SourceNode | ProcessorNode;
export type GraphNode = SourceNode | ProcessorNode | SinkNode;

/** A node's children; a sink has none. */
export function childrenOf(node: GraphNode): readonly ChildNode[] {
  return node.kind === 'sink' ? [] : node.children;
}

/** A node's parents; a source has none. */
export function parentsOf(node: GraphNode): readonly ParentNode[] {
  return node.kind === 'source' ? [] : node.parents;
}

export function storesOf(node: GraphNode): readonly string[] {
  return node.kind === 'processor' ? node.stores() : [];
}
