import { apis, errorCode } from '#shared/wire';
import type { BrokerState } from '../broker-state.js';
import { type Handler, handler } from '../handler.js';
import { leaderEpoch } from '../log/partition-log.js';

/** Tells consumers where the log of a leader ended, by which they see whether theirs was cut off (KIP-320): here it never is. */
export function offsetForLeaderEpochHandler({ topics }: BrokerState): Handler {
  const endOf = (topic: string, asked: { partition: number; currentLeaderEpoch: number; leaderEpoch: number }) => {
    const { partition } = asked;
    const log = topics.log(topic, partition);
    if (log === undefined) return { partition, errorCode: errorCode.unknownTopicOrPartition, endOffset: -1 };
    if (asked.currentLeaderEpoch > leaderEpoch) {
      return { partition, errorCode: errorCode.unknownLeaderEpoch, endOffset: -1 };
    }
    const isKnown = asked.leaderEpoch === leaderEpoch;
    return {
      partition,
      errorCode: errorCode.none,
      leaderEpoch: isKnown ? leaderEpoch : -1,
      endOffset: isKnown ? log.highWatermark : -1,
    };
  };

  return handler(apis.offsetForLeaderEpoch, (request) => ({
    topics: request.topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map((one) => endOf(topic, one)),
    })),
  }));
}
