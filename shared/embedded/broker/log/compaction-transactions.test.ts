import { describe, expect, it } from 'vitest';
import { attribute, buildBatch, readBatchHeader, readRecords } from '#shared/wire';
import { type LogSettings, PartitionLog } from './partition-log.js';

const settings: LogSettings = {
  retentionBytes: -1,
  retentionMs: -1,
  maxMessageBytes: 2_000_000,
  isCompacted: true,
  deleteRetentionMs: 1000,
  minDirtyRatio: 0,
  isDeleting: false,
  timestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  timestampAfterMaxMs: Number.MAX_SAFE_INTEGER,
  usesLogAppendTime: false,
};

/** A compacted log, and what it takes to write transactions into it. */
function startLog() {
  const log = new PartitionLog(() => settings);
  let baseSequence = 0;
  const write = (producerId: number, key: string, value: string) => {
    const options = {
      producerId,
      producerEpoch: 0,
      baseSequence: producerId === 1 ? baseSequence++ : 0,
      transactional: true,
    };
    const batch = buildBatch([{ timestamp: 1, key: Buffer.from(key), value: Buffer.from(value) }], options);
    return log.append(batch, 0, () => undefined);
  };
  const end = (producerId: number, commits: boolean) =>
    log.endTransaction({ producerId, producerEpoch: 0, commits }, 1);
  /** Fills segments, so that what was written before is old enough to be compacted. */
  const fill = () => {
    for (let i = 0; i < 30; i += 1) {
      log.append(buildBatch([{ timestamp: 1, key: Buffer.from('fill'), value: Buffer.alloc(100_000) }]), 0);
    }
  };
  const batches = () =>
    Array.from(log.batches(), ({ bytes }) => {
      const { attributes, producerId, baseOffset } = readBatchHeader(bytes);
      const [record] = readRecords(bytes);
      const isMarker = (attributes & attribute.control) !== 0;
      return `${baseOffset} ${isMarker ? `marker of ${producerId}` : String(record?.key)}`;
    }).filter((line) => !line.endsWith('fill'));
  return { log, write, end, fill, batches };
}

describe('compaction of transactions', () => {
  it('drops what was aborted, which supersedes nothing', async () => {
    const { log, write, end, fill, batches } = startLog();
    write(1, 'a', 'committed');
    end(1, true);
    write(1, 'a', 'aborted');
    end(1, false);
    fill();
    await log.compact(0);
    expect(batches()).toEqual(['0 a', '1 marker of 1', '3 marker of 1']);
  });

  it('keeps a marker for the time of a tombstone after nothing of its transaction is left, then drops it', async () => {
    const { log, write, end, fill, batches } = startLog();
    write(1, 'a', 'old');
    end(1, true);
    write(1, 'a', 'new');
    end(1, true);
    fill();
    await log.compact(10_000);
    expect(batches()).toEqual(['1 marker of 1', '2 a', '3 marker of 1']);
    fill();
    await log.compact(10_999);
    expect(batches()).toEqual(['1 marker of 1', '2 a', '3 marker of 1']);
    fill();
    await log.compact(11_000);
    expect(batches()).toEqual(['2 a', '3 marker of 1']);
  });

  it('stops where a transaction is open', async () => {
    const { log, write, end, fill, batches } = startLog();
    write(1, 'a', '1');
    end(1, true);
    write(2, 'b', 'open');
    write(1, 'a', '2');
    end(1, true);
    fill();
    await log.compact(0);
    expect(batches()).toEqual(['0 a', '1 marker of 1', '2 b', '3 a', '4 marker of 1']);
    expect(log.lastStableOffset).toBe(2);
    end(2, true);
    fill();
    await log.compact(0);
    expect(batches().slice(1)).toEqual(['2 b', '3 a', '4 marker of 1', '35 marker of 2']);
  });

  it('still tells readers what was aborted in the records that it left', async () => {
    const { log, write, end, fill } = startLog();
    fill();
    write(1, 'a', 'aborted');
    end(1, false);
    await log.compact(0);
    expect(log.abortedIn(0, log.highWatermark)).toEqual([{ producerId: 1, firstOffset: 30, lastOffset: 31 }]);
  });
});
