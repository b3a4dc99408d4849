import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildBatch, type LogRecord, readBatchHeader, readRecords } from '#shared/wire';
import { LogFile } from '../storage/log-file.js';
import { type LogSettings, PartitionLog } from './partition-log.js';
import { offsetAtTime, offsetOfMaxTime } from './time-lookup.js';

const settings: LogSettings = {
  retentionBytes: -1,
  retentionMs: -1,
  maxMessageBytes: 2_000_000,
  isCompacted: true,
  deleteRetentionMs: 1000,
  minDirtyRatio: 0.5,
  isDeleting: false,
  timestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  timestampAfterMaxMs: Number.MAX_SAFE_INTEGER,
  usesLogAppendTime: false,
};

/** Numbers that look random and are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * below);
  };
}

function recordsFrom(log: PartitionLog, offset: number): LogRecord[] {
  const records: LogRecord[] = [];
  for (let next = offset; next < log.highWatermark; ) {
    const bytes = Buffer.concat(log.read(next, 300_000)?.parts ?? []);
    if (bytes.length === 0) break;
    for (let at = 0; at < bytes.length; ) {
      const header = readBatchHeader(bytes, at);
      for (const record of readRecords(bytes, at)) if (record.offset >= next) records.push(record);
      next = header.baseOffset + header.lastOffsetDelta + 1;
      at += header.sizeBytes;
    }
  }
  return records;
}

/** Appends batches of a few records, of which a third are large and some tombstones; gives all that was appended. */
function appendRandomly(
  log: PartitionLog,
  batches: number,
  keys: number,
  random: (below: number) => number,
): LogRecord[] {
  const appended: LogRecord[] = [];
  for (let i = 0; i < batches; i += 1) {
    const made = Array.from({ length: 1 + random(8) }, () => ({
      timestamp: 1_000_000 + random(1000),
      key: Buffer.from([random(keys) & 0xff, 0xc3, random(2)]),
      value: random(10) === 0 ? null : Buffer.alloc(random(3) === 0 ? 2000 : 20, random(256)),
      headers: [{ key: 'n', value: Buffer.from([random(256)]) }],
    }));
    const baseOffset = log.highWatermark;
    log.append(buildBatch(made, { compression: random(3) === 0 ? 'gzip' : 'none' }), 0);
    appended.push(...made.map((record, n) => ({ ...record, offset: baseOffset + n })));
  }
  return appended;
}

const keyOf = (record: LogRecord) => String(record.key?.toString('hex'));

/** A record in a line, which compares faster than its buffers. */
const lineOf = (record: LogRecord | undefined) => {
  if (record === undefined) return undefined;
  const { offset, timestamp, value, headers } = record;
  const text = value === null ? 'null' : `${value.length} x ${value[0]}`;
  return [offset, timestamp, keyOf(record), text, ...headers.map(({ key, value: n }) => `${key}=${n?.[0]}`)].join(' ');
};
const newestOf = (records: readonly LogRecord[]) => new Map(records.map((record) => [keyOf(record), lineOf(record)]));

describe('compaction', () => {
  it.each([1, 2, 3])(
    'keeps the newest record of every key as it was, whatever was appended (seed %i)',
    async (seed) => {
      const random = numbers(seed);
      const log = new PartitionLog(() => settings);
      const appended: LogRecord[] = [];
      for (let round = 0; round < 3; round += 1) {
        appended.push(...appendRandomly(log, 800, 40, random));
        const before = log.sizeBytes;
        await log.compact(0);
        expect(log.sizeBytes).toBeLessThan(before);
      }
      const left = recordsFrom(log, 0);
      expect(newestOf(left)).toEqual(newestOf(appended));
      const byOffset = new Map(appended.map((record) => [record.offset, record]));
      expect(left.map(lineOf)).toEqual(left.map(({ offset }) => lineOf(byOffset.get(offset))));
      expect(left.length).toBeLessThan(appended.length / 3);
      expect(Buffer.concat(log.read(0, 1e9)?.parts ?? []).length).toBe(log.sizeBytes);
      for (let i = 0; i < 20; i += 1) {
        const offset = random(log.highWatermark);
        expect(lineOf(recordsFrom(log, offset)[0])).toBe(lineOf(left.find((record) => record.offset >= offset)));
      }
    },
  );

  it('lets clients append and delete meanwhile', async () => {
    const random = numbers(7);
    const log = new PartitionLog(() => settings);
    const appended = appendRandomly(log, 2000, 20, random);
    const compacted = log.compact(0);
    appended.push(...appendRandomly(log, 500, 20, random));
    log.deleteBefore(1000);
    await compacted;
    expect(newestOf(recordsFrom(log, 1000))).toEqual(newestOf(appended));
    expect(Buffer.concat(log.read(1000, 1e9)?.parts ?? []).length).toBe(log.sizeBytes);
  });

  it('shrinks the file on disk, from which the log comes back as it was', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'broker-compaction-'));
    try {
      const path = join(folder, '0.log');
      const open = () => new PartitionLog(() => settings, new LogFile(path, (sentence) => expect.fail(sentence)));
      const log = open();
      appendRandomly(log, 5000, 20, numbers(11));
      expect(statSync(path).size).toBe(log.sizeBytes);
      await log.compact(0);
      expect(statSync(path).size).toBe(log.sizeBytes);
      appendRandomly(log, 10, 20, numbers(12));
      const again = open();
      expect(again.highWatermark).toBe(log.highWatermark);
      expect(recordsFrom(again, 0).map(lineOf)).toEqual(recordsFrom(log, 0).map(lineOf));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('lets tombstones go when they have been known for delete.retention.ms', async () => {
    const log = new PartitionLog(() => settings);
    const random = numbers(9);
    const record = (value: Buffer | null) => buildBatch([{ timestamp: 5, key: Buffer.from('gone'), value }]);
    const fill = () => appendRandomly(log, 1500, 5, random);
    const isThere = () => recordsFrom(log, 0).some(({ key, value }) => String(key) === 'gone' && value === null);
    log.append(record(Buffer.from('v')), 0);
    log.append(record(null), 0);
    fill();
    await log.compact(10_000);
    expect(isThere()).toBe(true);
    fill();
    await log.compact(10_999);
    expect(isThere()).toBe(true);
    fill();
    await log.compact(11_000);
    expect(isThere()).toBe(false);
  });

  it('drops records without a key, which the topic took before it was compacted', async () => {
    let isCompacted = false;
    const log = new PartitionLog(() => ({ ...settings, isCompacted }));
    log.append(buildBatch([{ timestamp: 1, value: Buffer.from('v') }]), 0);
    isCompacted = true;
    appendRandomly(log, 1500, 5, numbers(13));
    await log.compact(0);
    expect(recordsFrom(log, 0).filter(({ key }) => key === null)).toEqual([]);
  });

  it('finds the highest time of what it left', async () => {
    const log = new PartitionLog(() => settings);
    const at = (timestamp: number, key: string) => ({ timestamp, key: Buffer.from(key), value: Buffer.from('v') });
    log.append(buildBatch([at(3_000_000, 'a'), at(2_000_000, 'b')]), 0);
    log.append(buildBatch([at(5, 'a')]), 0);
    appendRandomly(log, 1500, 5, numbers(14));
    expect(offsetOfMaxTime(log)).toEqual({ offset: 0, timestamp: 3_000_000 });
    await log.compact(0);
    expect(offsetOfMaxTime(log)).toEqual({ offset: 1, timestamp: 2_000_000 });
    expect(offsetAtTime(log, 2_000_001)).toEqual({ offset: -1, timestamp: -1 });
  });

  it('leaves topics alone that are not compacted, and logs that have hardly grown', async () => {
    const deleting = new PartitionLog(() => ({ ...settings, isCompacted: false }));
    const small = new PartitionLog(() => settings);
    appendRandomly(deleting, 1000, 5, numbers(1));
    appendRandomly(small, 100, 5, numbers(1));
    for (const log of [deleting, small]) {
      const before = log.sizeBytes;
      await log.compact(0);
      expect(log.sizeBytes).toBe(before);
    }
  });
});
