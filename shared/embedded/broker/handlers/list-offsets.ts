import { apis, errorCode } from '#shared/wire';
import type { BrokerState } from '../broker-state.js';
import { type Handler, handler } from '../handler.js';
import { type Isolation, leaderEpoch, type PartitionLog } from '../log/partition-log.js';
import { offsetAtTime, offsetOfMaxTime, type TimedOffset } from '../log/time-lookup.js';

/** The times that stand for places in the log. */
const latest = -1;
const earliest = -2;
const maxTimestamp = -3;
const earliestLocal = -4;
const latestTiered = -5;
/** The first version in which a client may ask for each. */
const placesSince = new Map([
  [latest, 0],
  [earliest, 0],
  [maxTimestamp, 7],
  [earliestLocal, 8],
  [latestTiered, 9],
]);
const readCommitted = 1;

/** Finds offsets: the first, the last, and the one of a time. */
export function listOffsetsHandler({ topics }: BrokerState): Handler {
  return handler(apis.listOffsets, (request, { version }) => ({
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: onceAndAgain(partitions).map(({ partitionIndex, timestamp, currentLeaderEpoch, isTwice }) => {
        if (isTwice) return failed(partitionIndex, errorCode.invalidRequest);
        const log = topics.log(name, partitionIndex);
        if (log === undefined) return failed(partitionIndex, errorCode.unknownTopicOrPartition);
        if (currentLeaderEpoch > leaderEpoch) return failed(partitionIndex, errorCode.unknownLeaderEpoch);
        const isKnown = timestamp >= 0 || version >= (placesSince.get(timestamp) ?? Number.POSITIVE_INFINITY);
        if (!isKnown) return failed(partitionIndex, errorCode.unsupportedVersion);
        const found = find(log, timestamp, log.endFor(isolationOf(request.isolationLevel)));
        return { partitionIndex, errorCode: errorCode.none, ...found, leaderEpoch };
      }),
    })),
  }));
}

/** Each partition, with whether it is asked for more than once. */
function onceAndAgain<T extends { readonly partitionIndex: number }>(asked: readonly T[]) {
  const counts = new Map<number, number>();
  for (const { partitionIndex } of asked) counts.set(partitionIndex, (counts.get(partitionIndex) ?? 0) + 1);
  return asked.map((one) => ({ ...one, isTwice: counts.get(one.partitionIndex) !== 1 }));
}

const isolationOf = (level: number): Isolation => (level === readCommitted ? 'read_committed' : 'read_uncommitted');

function find(log: PartitionLog, timestamp: number, end: number): TimedOffset {
  switch (timestamp) {
    case latest:
      return { offset: end, timestamp: -1 };
    case earliest:
    case earliestLocal:
      return { offset: log.startOffset, timestamp: -1 };
    case latestTiered:
      return { offset: -1, timestamp: -1 };
    case maxTimestamp:
      return before(end, offsetOfMaxTime(log));
    default:
      return before(end, offsetAtTime(log, timestamp));
  }
}

/** What lies beyond the end of a reader is not there for it. */
const before = (end: number, found: TimedOffset): TimedOffset =>
  found.offset < end ? found : { offset: -1, timestamp: -1 };

const failed = (partitionIndex: number, code: number) => ({
  partitionIndex,
  errorCode: code,
  timestamp: -1,
  offset: -1,
});
