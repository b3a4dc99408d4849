import { describe, expect, it } from 'vitest';
import {
  batchHeaderBytes,
  buildBatch,
  compressionOf,
  hasValidCrc,
  placeBatch,
  readBatchHeader,
  readRecords,
  stampBatch,
} from './index.js';

const newRecords = [
  {
    timestamp: 1_356_998_400_000,
    key: Buffer.from('UA'),
    value: Buffer.from('on time'),
    headers: [{ key: 'h', value: null }],
  },
  {
    timestamp: 1_356_998_400_007,
    key: null,
    value: Buffer.alloc(300, 7),
    headers: [{ key: 'é', value: Buffer.from([0]) }],
  },
  { timestamp: 1_356_998_399_000, key: Buffer.alloc(0), value: null },
];

describe.each(['none', 'gzip'] as const)('a record batch (compression: %s)', (compression) => {
  it('gives its records back as they were put in', () => {
    const batch = buildBatch(newRecords, { compression, baseOffset: 100 });
    expect([...readRecords(batch)]).toEqual(
      newRecords.map((record, i) => ({ headers: [], ...record, offset: 100 + i })),
    );
  });

  it('tells in its header what a log must know', () => {
    const batch = buildBatch(newRecords, { compression, producerId: 2 ** 40 + 1, producerEpoch: 3, baseSequence: 9 });
    const header = readBatchHeader(batch);
    expect(header).toMatchObject({
      baseOffset: 0,
      sizeBytes: batch.length,
      lastOffsetDelta: 2,
      recordCount: 3,
      baseTimestamp: 1_356_998_400_000,
      maxTimestamp: 1_356_998_400_007,
      producerId: 2 ** 40 + 1,
      producerEpoch: 3,
      baseSequence: 9,
    });
    expect(compressionOf(header.attributes)).toBe(compression);
  });

  it('keeps a valid checksum when it is given its place, and not when a byte of it changes', () => {
    const batch = buildBatch(newRecords, { compression });
    placeBatch(batch, 0, 12_345_678_901, 0);
    expect(readBatchHeader(batch).baseOffset).toBe(12_345_678_901);
    expect(hasValidCrc(batch, 0, batch.length)).toBe(true);
    batch[batch.length - 1] = (batch.at(-1) ?? 0) ^ 1;
    expect(hasValidCrc(batch, 0, batch.length)).toBe(false);
  });

  it('can be stamped with the time of appending, which is then the time of every record', () => {
    const batch = buildBatch(newRecords, { compression });
    stampBatch(batch, 0, batch.length, 1_700_000_000_000);
    expect(hasValidCrc(batch, 0, batch.length)).toBe(true);
    expect([...readRecords(batch)].map(({ timestamp }) => timestamp)).toEqual(Array(3).fill(1_700_000_000_000));
  });
});

describe('a record batch that is damaged', () => {
  const batch = buildBatch(newRecords);

  it('is refused where it is cut short', () => {
    expect(() => readBatchHeader(batch.subarray(0, batchHeaderBytes - 1))).toThrow('its header takes 61');
    expect(() => [...readRecords(batch.subarray(0, batch.length - 1))]).toThrow('cut short or damaged');
  });

  it('is refused where it is of an older format', () => {
    const old = Buffer.from(batch);
    old[16] = 1;
    expect(() => readBatchHeader(old)).toThrow('its format is 1');
  });

  it('is refused where it only says that it is gzip', () => {
    const lying = Buffer.from(batch);
    lying[22] = 1;
    expect(() => [...readRecords(lying)]).toThrow(/^Opening \d+ bytes of gzip/);
  });

  it('is not opened in a compression that nobody has defined', () => {
    const unknown = Buffer.from(batch);
    unknown[22] = 5;
    expect(() => [...readRecords(unknown)]).toThrow('there is no such compression');
  });

  it('is never built from nothing', () => {
    expect(() => buildBatch([])).toThrow('no records');
  });
});
