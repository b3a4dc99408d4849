import kafkajs, { type Consumer } from 'kafkajs';
import { KitError } from '#shared/errors';
import type { TopicOffsets } from './records.js';

// Node finds its classes on the CommonJS module alone, not among the names that can be imported.
const { KafkaJSProtocolError } = kafkajs;

/** How a coordinator refuses the commit of a member that has yet to learn of a rebalance. */
const OVERTAKEN = ['ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS', 'UNKNOWN_MEMBER_ID'];

/** Commits the offsets; false where a rebalance came first. */
export async function commit(consumer: Consumer, offsets: TopicOffsets): Promise<boolean> {
  const entries = [...offsets].flatMap(([topic, partitions]) =>
    partitions.flatMap((offset, partition) =>
      offset === undefined ? [] : [{ topic, partition, offset: String(offset) }],
    ),
  );
  try {
    if (entries.length > 0) await consumer.commitOffsets(entries);
    return true;
  } catch (error) {
    const refused = error instanceof Error && error.cause instanceof KafkaJSProtocolError ? error.cause : error;
    if (refused instanceof KafkaJSProtocolError && OVERTAKEN.includes(refused.type)) return false;
    throw KitError.from(error, 'cluster-unreachable', 'Committing offsets');
  }
}

/**
 * Lets a member that has just joined read from the offsets: the first fetch is on its way, and whatever that brings is
 * stale when it is back. The commit makes the positions survive a rebalance.
 */
export async function startAt(consumer: Consumer, offsets: TopicOffsets): Promise<void> {
  for (const [topic, partitions] of offsets) {
    partitions.forEach((offset, partition) => {
      consumer.seek({ topic, partition, offset: String(offset) });
    });
  }
  await commit(consumer, offsets);
}
