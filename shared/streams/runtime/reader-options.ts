import type { OffsetReset, ReaderOptions } from '#shared/kafka';
import type { StreamsConfig } from './streams-config.js';

/** How an application reads its source topics. */
export function readerOptions(
  { autoOffsetReset, fetchMinBytes, fetchMaxWaitMs, maxPartitionFetchBytes }: StreamsConfig,
  onReset: (reset: OffsetReset) => void,
): ReaderOptions {
  return {
    isolation: 'read_committed',
    ...(fetchMinBytes !== undefined && { minFetchBytes: fetchMinBytes }),
    ...(fetchMaxWaitMs !== undefined && { maxWaitMs: fetchMaxWaitMs }),
    ...(maxPartitionFetchBytes !== undefined && { maxBytesPerPartition: maxPartitionFetchBytes }),
    onOutOfRange: autoOffsetReset === 'earliest' ? 'earliest' : 'fail',
    onReset,
  };
}
