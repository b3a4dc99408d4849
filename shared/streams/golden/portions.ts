import type { Topology } from '#shared/streams';
import type { GoldenCase, InputRecord } from './case.js';

/**
 * Cuts a case's input into what may be written at once, each portion when the one before has been processed. What was
 * recorded had one step after the other; a cluster keeps that order within a topic, but takes records of several topics by
 * their times, or as they come. So a portion has records of one topic only. And where a task reads a repartition topic beside
 * another, it is a single record: the next could be taken before what the first sends round.
 */
export function portionsOf({ input }: GoldenCase, topology: Topology): InputRecord[][] {
  const internal = new Set(topology.repartitionTopics.map(({ name }) => name));
  const isMet = topology.subTopologies.some(({ sources }) => {
    const topics = new Set(sources.map(({ topic }) => topic.name));
    return topics.size > 1 && [...topics].some((topic) => internal.has(topic));
  });
  const portions: InputRecord[][] = [];
  for (const step of input) {
    if (!('topic' in step)) continue;
    const last = portions.at(-1);
    if (last !== undefined && !isMet && last[0]?.topic === step.topic) last.push(step);
    else portions.push([step]);
  }
  return portions;
}

/** The portions before each restart, so many groups at most: a long portion is cut for them. */
export function inGroups(portions: readonly InputRecord[][], groups: number): InputRecord[][][] {
  const records = portions.reduce((sum, { length }) => sum + length, 0);
  const grouped = Array.from({ length: groups }, (): InputRecord[][] => []);
  let count = 0;
  for (const portion of portions) {
    const parts = Array.from({ length: groups }, (): InputRecord[] => []);
    for (const record of portion) parts[Math.floor((count++ * groups) / records)]?.push(record);
    parts.forEach((part, index) => {
      if (part.length > 0) grouped[index]?.push(part);
    });
  }
  return grouped.filter(({ length }) => length > 0);
}
