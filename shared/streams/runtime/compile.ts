import { KitError } from '#shared/errors';
import type { ChildNode, GraphNode, ProcessorNode, SinkNode } from '../topology/graph.js';
import type { Failures } from './failures.js';
import { createOperatorContext, type TaskParts } from './operator-contexts.js';
import type { TaskOptions } from './task-options.js';
import type { TopicCodec } from './topic-codec.js';
import type { AnyStep, Walk } from './walk.js';

/** Makes of each node of a sub-topology the step that a record takes there. */
export function compileNodes(nodes: readonly GraphNode[], parts: TaskParts): ReadonlyMap<GraphNode, AnyStep> {
  const { options, walk, failures } = parts;
  const steps = new Map<GraphNode, AnyStep>();
  const byName = new Map<string, AnyStep>();
  const fanOut = (children: readonly ChildNode[]): AnyStep => together(children.map((child) => stepOf(steps, child)));
  // Children first: they come after their parents.
  for (const node of [...nodes].sort((a, b) => b.index - a.index)) {
    const step = walk.inOrder(
      node,
      node.kind === 'source'
        ? fanOut(node.children)
        : node.kind === 'sink'
          ? writing(node, options, walk, failures)
          : guarded(
              node,
              node.operator(
                fanOut(node.children),
                createOperatorContext(node, parts, (child) => byName.get(child)),
              ),
              walk,
              failures,
            ),
    );
    steps.set(node, step);
    byName.set(node.name, step);
  }
  return steps;
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
function guarded({ name }: ProcessorNode, step: AnyStep, walk: Walk, failures: Failures): AnyStep {
  return (record) => {
    try {
      step(record);
    } catch (error) {
      failures.handle(error, 'processing', name, walk.context);
    }
  };
}

function writing(
  { name, topic, partitioner }: SinkNode,
  options: TaskOptions,
  walk: Walk,
  failures: Failures,
): AnyStep {
  const codec = codecOf(options, topic.name);
  const { collect, maxRecordBytes, partitionsOf } = options;
  return ({ key, value, timestamp, headers }) => {
    try {
      const record = {
        topic: codec.name,
        key: codec.encodeKey(key),
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
