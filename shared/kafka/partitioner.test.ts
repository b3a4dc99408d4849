import { Partitioners } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { murmur2 } from './murmur2.js';
import { javaPartitioner } from './partitioner.js';

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

describe('javaPartitioner', () => {
  it("agrees with kafkajs's own on keys of every length and script", () => {
    const ours = javaPartitioner();
    const theirs = Partitioners.DefaultPartitioner();
    for (let i = 0; i < 2_000; i++) {
      const key = `${'ключ-'.repeat(i % 7)}${i ** 3}${'x'.repeat(i % 5)}`;
      const args = { topic: 't', partitionMetadata: metadata((i % 12) + 1), message: { key, value: null } };
      expect(ours(args)).toBe(theirs(args));
    }
  });

  it('takes the partition that was asked for, and goes round where there is no key', () => {
    const choose = javaPartitioner();
    const partitionMetadata = metadata(3);
    const at = (message: { key?: string; partition?: number }) =>
      choose({ topic: 't', partitionMetadata, message: { value: null, ...message } });
    expect(at({ key: 'a', partition: 2 })).toBe(2);
    expect(new Set([at({}), at({}), at({})])).toEqual(new Set([0, 1, 2]));
  });
});
