import { Partitioners } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { murmur2 } from './murmur2.js';
import { partitionFor } from './partition-for.js';

const metadata = (partitions: number) =>
  Array.from({ length: partitions }, (_, partitionId) => ({
    partitionId,
    leader: 0,
    replicas: [0],
    isr: [0],
    partitionErrorCode: 0,
    offlineReplicas: [],
  }));

describe('murmur2', () => {
  // The values of Kafka's own UtilsTest#testMurmur2.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes "%s" as the Java client does', (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
  });
});

describe('partitionFor', () => {
  it("agrees with kafkajs's own partitioner on keys of every length and script", () => {
    const theirs = Partitioners.DefaultPartitioner();
    for (let i = 0; i < 2_000; i++) {
      const key = `${'ключ-'.repeat(i % 7)}${i ** 3}${'x'.repeat(i % 5)}`;
      const partitions = (i % 12) + 1;
      const args = { topic: 't', partitionMetadata: metadata(partitions), message: { key, value: null } };
      expect(partitionFor(key, partitions)).toBe(theirs(args));
    }
  });

  it('takes every partition where there is no key', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => partitionFor(null, 3)))).toEqual(new Set([0, 1, 2]));
  });
});
