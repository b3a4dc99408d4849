import type { SubTopology } from '../topology/sub-topologies.js';

/** A sub-topology's copy for one partition; written `0_3`, as in Kafka Streams. */
export interface TaskId {
  readonly subTopology: SubTopology;
  readonly partition: number;
}

export function taskName({ subTopology, partition }: TaskId): string {
  return `${subTopology.id}_${partition}`;
}

/** All tasks of a topology: each sub-topology has as many as the topic with the most partitions that it reads. */
export function allTasks(subTopologies: readonly SubTopology[], partitionsOf: (topic: string) => number): TaskId[] {
  return subTopologies.flatMap((subTopology) => {
    const tasks = Math.max(0, ...subTopology.sources.map(({ topic }) => partitionsOf(topic.name)));
    return Array.from({ length: tasks }, (_, partition) => ({ subTopology, partition }));
  });
}
