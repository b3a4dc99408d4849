import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type BatchOptions, buildBatch, buildMarkerBatch, type NewRecord, placeBatch } from '#shared/wire';
import { FetchedChunk } from './fetched-chunk.js';
import { type Fetched, readFetched } from './fetched-records.js';
import type { ConsumedRecord } from './records.js';

const newRecord = (value: string, more: Partial<NewRecord> = {}): NewRecord => ({
  timestamp: 1_380_000_000_000,
  value: Buffer.from(value),
  ...more,
});

function read(fetched: Partial<Fetched>): { readonly next: number; readonly records: readonly ConsumedRecord[] } {
  const given = { topic: 't', partition: 3, from: 0, bytes: Buffer.alloc(0), aborted: [], ...fetched };
  const { parts, next } = readFetched(given);
  return { next, records: new FetchedChunk('t', 3, parts, next).records };
}

const values = (records: readonly ConsumedRecord[]): string[] => records.map(({ value }) => String(value));
const batch = (from: number, texts: readonly (string | null)[], options: BatchOptions = {}): Buffer =>
  buildBatch(
    texts.map((text) => (text === null ? newRecord('', { value: null }) : newRecord(text))),
    { baseOffset: from, ...options },
  );
function marker(offset: number, producerId: number, commits: boolean): Buffer {
  const bytes = buildMarkerBatch({ producerId, producerEpoch: 0, commits }, 0, 0);
  placeBatch(bytes, 0, offset, 0);
  return bytes;
}

describe('readFetched', () => {
  it('gives all that a record has', () => {
    const headers = [
      { key: 'one', value: Buffer.from('1') },
      { key: 'none', value: null },
      { key: 'two', value: Buffer.from('a') },
      { key: 'two', value: null },
      { key: 'constructor', value: Buffer.alloc(0) },
    ];
    const bytes = buildBatch(
      [
        newRecord('first'),
        newRecord('second', { timestamp: -5, key: Buffer.from('ключ'), headers }),
        newRecord('x'.repeat(3_000_000), { timestamp: 9_000_000_000_000 }),
        newRecord('', { value: null }),
      ],
      { baseOffset: 5_000_000_000 },
    );
    const { next, records } = read({ bytes, from: 5_000_000_001 });
    expect(next).toBe(5_000_000_004);
    expect(records[0]).toEqual({
      topic: 't',
      partition: 3,
      offset: 5_000_000_001,
      timestamp: -5,
      key: Buffer.from('ключ'),
      value: Buffer.from('second'),
      headers: { one: Buffer.from('1'), none: null, two: [Buffer.from('a'), null], constructor: Buffer.alloc(0) },
    });
    expect(records[1]).toMatchObject({ timestamp: 9_000_000_000_000, value: { length: 3_000_000 } });
    expect(records[2]).toMatchObject({ offset: 5_000_000_003, key: null, value: null, headers: {} });
  });

  it.each(
    readFileSync(new URL('../wire/compression/samples/java-batches.jsonl', import.meta.url), 'utf8')
      .trim()
      .split('\n')
      .map((line): { codec: string; batch: string } => JSON.parse(line)),
  )('opens what the Java client has compressed with $codec', (sample) => {
    const { next, records } = read({ bytes: Buffer.from(sample.batch, 'base64') });
    expect(next).toBe(300);
    expect(values(records).at(-1)).toBe('flight 299 of carrier WN, 421 min');
  });

  it('leaves out what was aborted, producer by producer, and what says so', () => {
    const of = (producerId: number) => ({ producerId, producerEpoch: 0, baseSequence: 0, transactional: true });
    const bytes = Buffer.concat([
      batch(0, ['a committed'], of(1)),
      marker(1, 1, true),
      batch(2, ['a aborted'], of(1)),
      batch(3, ['b committed'], of(2)),
      batch(4, ['plain']),
      marker(5, 1, false),
      batch(6, ['a again'], of(1)),
      marker(7, 2, true),
      marker(8, 1, true),
    ]);
    const aborted = [{ producerId: 1, firstOffset: 2 }];
    expect(read({ bytes, aborted })).toMatchObject({ next: 9 });
    expect(values(read({ bytes, aborted }).records)).toEqual(['a committed', 'b committed', 'plain', 'a again']);
    // Whoever asks for all is told of nothing that was aborted.
    expect(values(read({ bytes }).records)).toHaveLength(5);
    expect(values(read({ bytes, aborted, from: 3 }).records)).toEqual(['b committed', 'plain', 'a again']);
  });

  it('stops where a batch is cut off, and stays where nothing came', () => {
    const bytes = Buffer.concat([batch(10, ['a', 'b']), batch(12, ['c'])]);
    expect(read({ bytes: bytes.subarray(0, -1), from: 10 })).toMatchObject({ next: 12, records: [{}, {}] });
    expect(read({ from: 10 })).toEqual({ next: 10, records: [] });
  });

  it.each(['none', 'gzip'] as const)('gives any record when it is asked for, of a batch in %s', (compression) => {
    const texts = Array.from({ length: 2_000 }, (_, number) => `${number}`);
    const bytes = batch(50, texts, { compression });
    const { parts, next } = readFetched({ topic: 't', partition: 3, from: 100, bytes, aborted: [] });
    expect(next).toBe(2_050);
    const chunk = new FetchedChunk('t', 3, parts, next);
    expect(Array.from(chunk.values(), String)).toEqual(texts.slice(50));
    const { lazyRecords } = chunk;
    expect(lazyRecords).toHaveLength(1_950);
    // Back and forth, over what is remembered and short of it.
    for (const index of [0, 1_949, 3, 700, 699, 256, 205, 206, 1_023, 0]) {
      expect(lazyRecords.at(index)).toMatchObject({ offset: 100 + index, value: Buffer.from(`${50 + index}`) });
    }
    expect(lazyRecords.at(1_950)).toBeUndefined();
    expect(values([...lazyRecords])).toEqual(texts.slice(50));
  });

  it('gives one of several values that begin alike, for whoever looks no further', () => {
    const firstOf = (texts: readonly (string | null)[], prefixBytes?: number) => {
      const { parts } = readFetched({ topic: 't', partition: 0, from: 0, bytes: batch(0, texts), aborted: [] });
      return Array.from(new FetchedChunk('t', 0, parts, 0).values(prefixBytes), (value) => value && String(value));
    };
    const texts = ['ab1', 'ab2', 'ac', 'a', 'a', '', null, 'ab3', null, 'ab4', 'ab5'];
    expect(firstOf(texts)).toEqual(texts);
    expect(firstOf(texts, 2)).toEqual(['ab1', 'ac', 'a', 'a', '', null, 'ab3', null, 'ab4']);
    expect(firstOf(texts, 3)).toEqual(texts);
  });

  it('refuses what is damaged', () => {
    const bytes = batch(0, ['a']);
    bytes[61] = 0x7e;
    expect(() => read({ bytes })).toThrow('record 0 of the batch at 0 is cut off');
  });
});
