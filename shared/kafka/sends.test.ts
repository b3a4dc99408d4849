import { describe, expect, it } from 'vitest';
import type { OutgoingRecord } from './records.js';
import { sends } from './sends.js';

const record = (bytes: number, more: Partial<OutgoingRecord> = {}): OutgoingRecord => ({
  topic: 'topic',
  key: null,
  value: Buffer.alloc(bytes),
  timestamp: 0,
  ...more,
});
const counts = (records: readonly OutgoingRecord[]): number[] => Array.from(sends(records), ({ length }) => length);

describe('sends', () => {
  it('has at most 4,096 records in each', () => {
    expect(counts(Array.from({ length: 8_193 }, () => record(1)))).toEqual([4_096, 4_096, 1]);
    expect(counts([])).toEqual([]);
  });

  it('has at most 512 KiB in each', () => {
    expect(counts(Array.from({ length: 5 }, () => record(262_128)))).toEqual([2, 2, 1]);
  });

  it('counts key and headers', () => {
    const headers = { long: 'é'.repeat(131_072), nothing: null, repeated: [Buffer.alloc(10), null, 'text'] };
    expect(counts([record(0, { key: 'k'.repeat(262_144) }), record(0, { headers })])).toEqual([1, 1]);
    expect(counts([record(0, { key: 'k'.repeat(262_000) }), record(0, { headers })])).toEqual([2]);
  });

  it('sends a larger record alone, and keeps the order', () => {
    const records = [record(1), record(2), record(600_000), record(3)];
    expect([...sends(records)]).toEqual([[records[0], records[1]], [records[2]], [records[3]]]);
  });
});
