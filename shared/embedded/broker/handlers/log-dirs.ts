import { apis, errorCode } from '#shared/wire';
import type { BrokerState } from '../broker-state.js';
import { type Handler, handler } from '../handler.js';

/** Tells how much the partitions take. There is one place for all of them, whether it is a folder or memory. */
export function logDirsHandler({ topics, logDir }: BrokerState): Handler {
  const sizeOf = (name: string, partitionIndex: number) => ({
    partitionIndex,
    partitionSize: topics.log(name, partitionIndex)?.sizeBytes ?? 0,
    offsetLag: 0,
    isFutureKey: false,
  });

  return handler(apis.describeLogDirs, (request) => {
    const all = () =>
      Array.from(topics.all(), ({ name, partitions }) => ({ topic: name, partitions: [...partitions.keys()] }));
    const asked = new Map((request.topics ?? all()).map((one) => [one.topic, new Set(one.partitions)]));
    const found = [...asked].map(([name, partitions]) => ({
      name,
      partitions: [...partitions].filter((one) => topics.log(name, one) !== undefined).map((one) => sizeOf(name, one)),
    }));
    return {
      errorCode: errorCode.none,
      results: [{ errorCode: errorCode.none, logDir, topics: found.filter(({ partitions }) => partitions.length > 0) }],
    };
  });
}
