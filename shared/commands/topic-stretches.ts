import { KitError } from '#shared/errors';
import type { Cluster } from '#shared/kafka';
import type { Stretch } from './merged-reader.js';
import { nearest } from './near-names.js';
import type { From } from './tail-options.js';

/**
 * Where to begin in each partition, and where each ends: for an offset that is not there yet, at its end.
 * @throws KitError 'usage' when there is no such topic; it names those that may have been meant.
 */
export async function stretchesOf(cluster: Cluster, topic: string, from: From): Promise<Stretch[]> {
  if (!(await cluster.partitionCounts([topic])).has(topic)) throw await noSuchTopic(cluster, topic);
  const [begins, ends] = await Promise.all([
    cluster.beginningOffsets([topic]),
    cluster.endOffsets([topic], { isolation: 'read_committed' }),
  ]);
  return (ends.get(topic) ?? []).map((end, partition) => {
    const begin = begins.get(topic)?.[partition] ?? 0;
    return { topic, partition, offset: Math.min(end, Math.max(begin, offsetOf(from, begin, end))), end };
  });
}

function offsetOf(from: From, begin: number, end: number): number {
  if (from === 'beginning') return begin;
  if (from === 'end') return end;
  return 'last' in from ? end - from.last : from.offset;
}

/** Names that may have been meant: those nearly so written, or that have it in them. */
async function noSuchTopic(cluster: Cluster, topic: string): Promise<KitError> {
  const names = (await cluster.topicNames()).filter((name) => !name.startsWith('__'));
  const near = new Set([...nearest(topic, names, 3), ...names.filter((name) => name.includes(topic))]);
  const some = (all: readonly string[]): string => all.slice(0, 8).join(', ') + (all.length > 8 ? ' …' : '');
  const found = names.length === 0 ? 'there are none yet' : `there are ${some(names)}`;
  const hint = near.size > 0 ? `did you mean ${[...near].slice(0, 3).join(' or ')}?` : `${found}.`;
  return new KitError('usage', `There is no topic ${topic} on ${cluster.brokers.join(', ')}; ${hint}`);
}
