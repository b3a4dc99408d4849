import { describe, expect, it } from 'vitest';
import { buildBatch, type NewRecord, readBatchHeader } from '#shared/wire';
import { type LogSettings, PartitionLog } from './partition-log.js';

const forEver: LogSettings = {
  retentionBytes: -1,
  retentionMs: -1,
  maxMessageBytes: 2_000_000,
  isCompacted: false,
  deleteRetentionMs: 1000,
  minDirtyRatio: 0.5,
  isDeleting: false,
  timestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  timestampAfterMaxMs: Number.MAX_SAFE_INTEGER,
  usesLogAppendTime: false,
};

const record = (timestamp: number, bytes = 10): NewRecord => ({ timestamp, value: Buffer.alloc(bytes) });
const logWith = (settings: Partial<LogSettings>) => new PartitionLog(() => ({ ...forEver, ...settings }));

describe('PartitionLog', () => {
  it('keeps copies: what the producer does with its buffer afterwards changes nothing', () => {
    const log = logWith({});
    const batch = buildBatch([record(1)]);
    log.append(batch, 0);
    batch.fill(0);
    const [kept] = log.read(0, 1000)?.parts ?? [];
    expect(readBatchHeader(kept ?? batch)).toMatchObject({ baseOffset: 0, recordCount: 1, partitionLeaderEpoch: 0 });
  });

  it('finds every offset in a log of many segments', () => {
    const log = logWith({});
    for (let i = 0; i < 3000; i += 1) log.append(buildBatch([record(i, 400), record(i, 400)]), 0);
    for (const offset of [0, 1, 2, 3, 777, 2998, 2999, 5998, 5999]) {
      const [first] = log.read(offset, 1)?.parts ?? [];
      expect(readBatchHeader(first ?? Buffer.alloc(0)).baseOffset).toBe(offset - (offset % 2));
    }
    const everything = Buffer.concat(log.read(0, 1e9)?.parts ?? []);
    expect(everything.length).toBe(log.sizeBytes);
  });

  it('drops whole batches from the old end to stay within retention.bytes', () => {
    const batchBytes = buildBatch([record(1), record(1)]).length;
    const log = logWith({ retentionBytes: 3 * batchBytes + 5 });
    for (let i = 0; i < 10_000; i += 1) log.append(buildBatch([record(1), record(1)]), 0);
    expect([log.startOffset, log.highWatermark, log.sizeBytes]).toEqual([19_994, 20_000, 3 * batchBytes]);
    expect(log.read(19_993, 1000)).toBeUndefined();
    expect(Buffer.concat(log.read(19_994, 1e6)?.parts ?? []).length).toBe(3 * batchBytes);
  });

  it('keeps the newest batch however large it is', () => {
    const log = logWith({ retentionBytes: 0 });
    log.append(buildBatch([record(1)]), 0);
    log.append(buildBatch([record(1, 100_000)]), 0);
    expect([log.startOffset, log.highWatermark]).toEqual([1, 2]);
  });

  it('drops batches whose latest record is older than retention.ms', () => {
    const log = logWith({ retentionMs: 100 });
    for (const timestamp of [1000, 1050, 1100]) log.append(buildBatch([record(timestamp)]), 1100);
    expect(log.startOffset).toBe(0);
    log.applyRetention(1151);
    expect(log.startOffset).toBe(2);
    log.applyRetention(1_000_000);
    expect(log.startOffset).toBe(2);
  });

  it('begins where DeleteRecords says, within a batch too, and goes on after everything was deleted', () => {
    const log = logWith({});
    for (let i = 0; i < 3; i += 1) log.append(buildBatch([record(i), record(i)]), 0);
    log.deleteBefore(3);
    expect([log.startOffset, log.read(2, 1000)]).toEqual([3, undefined]);
    expect(readBatchHeader(log.read(3, 1)?.parts[0] ?? Buffer.alloc(0)).baseOffset).toBe(2);
    log.deleteBefore(6);
    expect([log.startOffset, log.highWatermark, log.sizeBytes, log.read(6, 1000)?.parts]).toEqual([6, 6, 0, []]);
    expect(log.append(buildBatch([record(9)]), 0)).toEqual({ baseOffset: 6, logAppendTimeMs: -1 });
    expect(readBatchHeader(log.read(6, 1)?.parts[0] ?? Buffer.alloc(0)).baseOffset).toBe(6);
  });
});
