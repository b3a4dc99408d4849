import { KitError } from '#shared/errors';
import type { GraphNode, ParentNode, ProcessorNode, SinkNode } from '../topology/graph.js';
import type { Failures } from './failures.js';
import { createOperatorContext, type TaskParts } from './operator-contexts.js';
import type { TaskOptions } from './task-options.js';
import type { TopicCodec } from './topic-codec.js';
import type { RecordCount } from './topology-counts.js';
import type { AnyStep, Walk } from './walk.js';

/** Makes of each node of a sub-topology the step that a record takes there. */
export function compileNodes(nodes: readonly GraphNode[], parts: TaskParts): ReadonlyMap<GraphNode, AnyStep> {
  const { options, walk, failures } = parts;
  const { counts } = options;
  const steps = new Map<GraphNode, AnyStep>();
  const nextOf = (node: ParentNode): AnyStep[] =>
    node.children.map((child, place) => counted(stepOf(steps, child), counts.before(node, place)));
  // Children first: they come after their parents.
  for (const node of [...nodes].sort((a, b) => b.index - a.index)) {
    const step = walk.inOrder(
      node,
      node.kind === 'source'
        ? together(nextOf(node))
        : node.kind === 'sink'
          ? writing(node, options, walk, failures)
          : operating(node, nextOf(node), parts),
    );
    steps.set(node, step);
  }
  return steps;
}

function operating(node: ProcessorNode, next: readonly AnyStep[], parts: TaskParts): AnyStep {
  const byName = new Map(node.children.map(({ name }, place) => [name, next[place]]));
  const context = createOperatorContext(node, parts, (child) => byName.get(child));
  const { options, walk, failures } = parts;
  return guarded(node, node.operator(together(next), context), walk, failures, options.counts.takenBy(node));
}

/** A step that counts the records of one of several ways to it. */
function counted(step: AnyStep, count: RecordCount | undefined): AnyStep {
  if (count === undefined) return step;
  return (record) => {
    count.records += 1;
    step(record);
  };
}

function stepOf(steps: ReadonlyMap<GraphNode, AnyStep>, node: GraphNode): AnyStep {
  const step = steps.get(node);
  if (step === undefined) throw new KitError('internal', `${node.name} belongs to another part of the topology.`);
  return step;
}

function together(steps: readonly AnyStep[]): AnyStep {
  const [first, second] = steps;
  if (first === undefined) return () => undefined;
  if (second === undefined) return first;
  return (record) => {
    for (const step of steps) step(record);
  };
}

/** A record that fails in an operator fails there: what the record does on other ways goes on, as in Kafka Streams. */
function guarded({ name }: ProcessorNode, step: AnyStep, walk: Walk, failures: Failures, count: RecordCount): AnyStep {
  return (record) => {
    count.records += 1;
    try {
      step(record);
    } catch (error) {
      failures.handle(error, 'processing', name, walk.context);
    }
  };
}

function writing(node: SinkNode, options: TaskOptions, walk: Walk, failures: Failures): AnyStep {
  const { name, topic, partitioner } = node;
  const codec = codecOf(options, topic.name);
  const { collect, maxRecordBytes, partitionsOf } = options;
  const count = options.counts.takenBy(node);
  return ({ key, value, timestamp, headers }) => {
    count.records += 1;
    try {
      const record = {
        topic: codec.name,
        key: codec.encodeKey(key, walk.context?.key),
        value: codec.encodeValue(value),
        timestamp,
        headers,
      };
      const bytes = (record.key?.length ?? 0) + (record.value?.length ?? 0);
      if (bytes > maxRecordBytes) {
        throw new KitError(
          'record-unprocessable',
          `A record of ${bytes} bytes for ${codec.name} is larger than ${maxRecordBytes}, the most that is sent.`,
        );
      }
      const partition = partitioner?.(key, value, partitionsOf(codec.name));
      collect(partition === undefined ? record : { ...record, partition });
    } catch (error) {
      failures.handle(error, 'production', name, walk.context);
    }
  };
}

export function codecOf({ codecs }: Pick<TaskOptions, 'codecs'>, topic: string): TopicCodec {
  const codec = codecs.get(topic);
  if (codec === undefined) throw new KitError('internal', `The topology neither reads nor writes ${topic}.`);
  return codec;
}
