import { KitError } from '#shared/errors';
import type { Nodes } from './nodes.js';
import { errorCode, Refusal } from './refusal.js';

const TOPIC_KNOWN_WITHIN_MS = 3_000;

/**
 * How many partitions a topic has that is to be written.
 * @throws KitError 'topic-mismatch' where there is no such topic.
 */
export async function partitionsToWrite(nodes: Nodes, topic: string): Promise<number> {
  const deadline = Date.now() + TOPIC_KNOWN_WITHIN_MS;
  const leaders = await nodes.insist(`Looking for the partitions of ${topic}`, async () => {
    const found = await nodes.leadersOf(topic);
    // A broker may have yet to hear of a new topic.
    if (found === undefined && Date.now() < deadline) throw new Refusal(errorCode.unknownTopicOrPartition);
    return found;
  });
  if (leaders === undefined) throw new KitError('topic-mismatch', `Writing to ${topic}: there is no such topic.`);
  return leaders.length;
}
