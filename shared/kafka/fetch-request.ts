import type { apis, InputOf } from '#shared/wire';
import type { ReaderOptions } from './partition-reader.js';
import type { Reading } from './reading.js';

/** The most bytes of one partition in one answer. */
export const maxBytesOf = ({ maxBytesPerPartition = 1_048_576 }: ReaderOptions): number => maxBytesPerPartition;

/** The protocol's number for an isolation. */
export const isolationLevel = (isolation: ReaderOptions['isolation']): number =>
  isolation === 'read_committed' ? 1 : 0;

/**
 * A fetch of all the readings from their positions: one that may wait until there is something, or one that is answered at
 * once. Brokers fill an answer in the order of the request: whoever has got nothing for longest comes first.
 */
export function fetchRequest(
  readings: readonly Reading[],
  mayWait: boolean,
  options: ReaderOptions,
): InputOf<typeof apis.fetch.request> {
  const { isolation, maxWaitMs = 100, minFetchBytes = 1 } = options;
  const partitionMaxBytes = maxBytesOf(options);
  const byTopic = new Map<string, Reading[]>();
  for (const reading of readings.toSorted((a, b) => a.starvedSince - b.starvedSince)) {
    const those = byTopic.get(reading.topic);
    if (those === undefined) byTopic.set(reading.topic, [reading]);
    else those.push(reading);
  }
  return {
    maxWaitMs: mayWait ? maxWaitMs : 0,
    minBytes: mayWait ? minFetchBytes : 0,
    // What bounds the pause that decoding makes.
    maxBytes: 2 * partitionMaxBytes,
    isolationLevel: isolationLevel(isolation),
    sessionId: 0,
    topics: Array.from(byTopic, ([topic, those]) => ({
      topic,
      partitions: those.map(({ partition, position }) => ({ partition, fetchOffset: position, partitionMaxBytes })),
    })),
    forgottenTopicsData: [],
    rackId: '',
  };
}
