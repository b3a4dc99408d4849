import type { ICustomPartitioner } from 'kafkajs';
import { murmur2 } from './murmur2.js';

/**
 * Chooses partitions as Kafka's Java client does: by the key's hash, and one after the other where there is no key.
 * kafkajs has the same rule on 64-bit objects, which costs about as much as encoding the record.
 */
export const javaPartitioner: ICustomPartitioner = () => {
  let next = 0;
  return ({ partitionMetadata, message: { key, partition } }) => {
    if (partition !== undefined) return partition;
    const { length } = partitionMetadata;
    if (key === null || key === undefined) {
      next = (next + 1) % length;
      return partitionMetadata[next]?.partitionId ?? 0;
    }
    const bytes = typeof key === 'string' ? Buffer.from(key) : key;
    return (murmur2(bytes) & 0x7fffffff) % length;
  };
};
