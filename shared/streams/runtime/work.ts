import type { KitError } from '#shared/errors';
import type { PartialOffsets, TopicPartition } from '#shared/kafka';
import type { ActiveTask } from './active-task.js';

/** A task at work. */
export interface Work {
  readonly active: ActiveTask;
  /** Writes stores that are kept on disk; their contents must be what is committed. Absent where the task has none. */
  readonly persist:
    | ((options: {
        /** Also where it is not due. */
        readonly always: boolean;
        /** The offset after the latest record that was written to a partition. */
        readonly written: (partition: TopicPartition) => number | undefined;
      }) => void)
    | undefined;
  /** Whether something of it is in the open transaction: a punctuation puts out records without an input's offset moving. */
  hasSent: boolean;
  /** Why the task must begin anew. */
  failure: KitError | undefined;
}

/** The offsets of several tasks as one. */
export function mergedOffsets(all: readonly PartialOffsets[]): Map<string, (number | undefined)[]> {
  const merged = new Map<string, (number | undefined)[]>();
  for (const offsets of all) {
    for (const [topic, partitions] of offsets) {
      const ofTopic = merged.get(topic) ?? [];
      partitions.forEach((offset, partition) => {
        if (offset !== undefined) ofTopic[partition] = offset;
      });
      merged.set(topic, ofTopic);
    }
  }
  return merged;
}
