import { KitError } from '#shared/errors';
import type { Topic } from '#shared/schema';
import type { StreamRecord } from './record.js';
import type { TaskContext } from './runtime/task-context.js';

/** Takes one record; what follows it in the topology has seen the record when this returns. */
export type Step<K, V> = (record: StreamRecord<K, V>) => void;

/** An operator: given what comes next, makes the step that comes before. Called once per task. */
export type Operator<KI, VI, KO, VO> = (next: Step<KO, VO>, task: TaskContext) => Step<KI, VI>;

/** An operator whose record types the builder has already checked: inside the graph they are no longer known. */
export type ErasedOperator = Operator<unknown, unknown, unknown, unknown>;

export interface SourceNode {
  readonly kind: 'source';
  readonly name: string;
  readonly topic: Topic<unknown>;
  readonly children: ChildNode[];
}

export interface ProcessorNode {
  readonly kind: 'processor';
  readonly name: string;
  readonly operator: ErasedOperator;
  readonly parent: string;
  readonly children: ChildNode[];
}

interface SinkNode {
  readonly kind: 'sink';
  readonly name: string;
  readonly topic: Topic<unknown>;
  readonly parent: string;
}

export type ChildNode = ProcessorNode | SinkNode;
export type ParentNode = SourceNode | ProcessorNode;

/** Gives a new node its name: the one asked for, or a numbered one of its kind. */
export type NodeNames = (kind: string, named: string | undefined) => string;

/** What `StreamsBuilder.build` makes: sources, and behind them operators and sinks. */
export class Topology {
  constructor(readonly sources: readonly SourceNode[]) {
    if (sources.length === 0) {
      throw new KitError('topology', 'The topology reads no topic: begin it with builder.stream(topic).');
    }
  }

  /** The topics that are read. */
  get sourceTopics(): Topic<unknown>[] {
    return this.sources.map(({ topic }) => topic);
  }

  /** The topics that are written. */
  get sinkTopics(): Topic<unknown>[] {
    return this.nodes().flatMap((node) => (node.kind === 'sink' ? [node.topic] : []));
  }

  /** The graph in words, in the form of Kafka Streams' Topology#describe; sources joined by no path are sub-topologies. */
  describe(): string {
    const lines = ['Topologies:'];
    this.sources.forEach((source, index) => {
      lines.push(`   Sub-topology: ${index}`);
      for (const node of subtree(source)) lines.push(...describeNode(node));
    });
    return `${lines.join('\n')}\n`;
  }

  private nodes(): (SourceNode | ChildNode)[] {
    return this.sources.flatMap(subtree);
  }
}

function subtree(node: SourceNode | ChildNode): (SourceNode | ChildNode)[] {
  return node.kind === 'sink' ? [node] : [node, ...node.children.flatMap(subtree)];
}

function describeNode(node: SourceNode | ChildNode): string[] {
  const lines =
    node.kind === 'source'
      ? [`    Source: ${node.name} (topics: [${node.topic.name}])`]
      : node.kind === 'sink'
        ? [`    Sink: ${node.name} (topic: ${node.topic.name})`]
        : [`    Processor: ${node.name} (stores: [])`];
  if (node.kind !== 'sink') lines.push(`      --> ${node.children.map(({ name }) => name).join(', ') || 'none'}`);
  if (node.kind !== 'source') lines.push(`      <-- ${node.parent}`);
  return lines;
}
