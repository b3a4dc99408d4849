import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { seededRandom } from '#shared/testing';
import { type Compression, compressionOf, readBatchHeader } from '../record-batch.js';
import { readRecords, rebuildBatch } from '../records.js';
import { decompress } from './decompress.js';

interface Sample {
  readonly name: string;
  readonly codec: Compression;
  readonly raw: Buffer;
  readonly packed: Buffer;
}

const linesOf = (file: string): Record<string, string>[] =>
  readFileSync(new URL(`samples/${file}`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const samples = linesOf('reference.jsonl').map(({ name = '', codec, raw = '', packed = '' }): Sample => {
  const bytes = (text: string) => Buffer.from(text, 'base64');
  // Written by reference.py, which names the codecs as Kafka does.
  return { name, codec: codec as Compression, raw: gunzipSync(bytes(raw)), packed: bytes(packed) };
});

describe('what the reference implementations have compressed', () => {
  it.each(samples)('is opened: $name, by $codec', ({ codec, raw, packed }) => {
    expect(decompress(codec, packed).equals(raw)).toBe(true);
  });

  it.each(samples.filter(({ raw }) => raw.length > 0))('is not opened beyond a limit: $name, by $codec', (sample) => {
    const { codec, raw, packed } = sample;
    expect(decompress(codec, packed, raw.length).equals(raw)).toBe(true);
    expect(() => decompress(codec, packed, raw.length - 1)).toThrow(KitError);
  });

  it('is either opened or refused where it is damaged, soon and within the limit', () => {
    const random = seededRandom(20);
    const small = samples.filter(({ packed }) => packed.length < 4000);
    let opened = 0;
    for (let i = 0; i < 20_000; i += 1) {
      const sample = small[Math.floor(random() * small.length)];
      if (sample === undefined) continue;
      const cut = random() < 0.2 ? Math.floor(random() * sample.packed.length) : sample.packed.length;
      const damaged = Buffer.from(sample.packed.subarray(0, cut));
      for (let changes = 1 + random() * 3; changes > 0 && damaged.length > 0; changes -= 1) {
        damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256);
      }
      try {
        expect(decompress(sample.codec, damaged, 400_000).length).toBeLessThanOrEqual(400_000);
        opened += 1;
      } catch (error) {
        expect(error, `${sample.name}, ${sample.codec}, round ${i}`).toBeInstanceOf(KitError);
        expect(error).toMatchObject({ code: 'protocol' });
      }
    }
    // Damage to literals goes unnoticed here; a batch has its checksum.
    expect(opened).toBeGreaterThan(1000);
  });

  it('is refused where little stands for more than may ever come out', () => {
    const bomb = Buffer.from('28b52ffd' + '00' + '50' + 'fa' + '0300' + '00', 'hex');
    const blocks = Buffer.concat([bomb.subarray(0, 6), ...Array<Buffer>(2000).fill(Buffer.from('02001041', 'hex'))]);
    expect(() => decompress('zstd', blocks)).toThrow('that may come out');
  });
});

describe('what the Java client has compressed', () => {
  const batches = linesOf('java-batches.jsonl').map(({ codec = '', batch = '' }) => ({
    codec,
    batch: Buffer.from(batch, 'base64'),
  }));
  const [plain = Buffer.alloc(0)] = batches.map(({ batch }) => batch);
  const recordsIn = (batch: Buffer) => [...readRecords(batch)];

  it.each(batches)('is the same in every codec: $codec', ({ codec, batch }) => {
    expect(compressionOf(readBatchHeader(batch).attributes)).toBe(codec);
    const records = recordsIn(batch);
    expect(records.length).toBe(300);
    expect(String(records[299]?.value)).toBe('flight 299 of carrier WN, 421 min');
    expect(records).toEqual(recordsIn(plain));
  });

  it.each(batches)('is written again without the records that compaction drops: $codec', ({ codec, batch }) => {
    const kept = recordsIn(batch).filter(({ offset }) => offset % 7 === 0);
    const rebuilt = rebuildBatch(batch, kept);
    expect(recordsIn(rebuilt)).toEqual(kept);
    expect(rebuilt.length).toBeLessThan(batch.length);
    expect(compressionOf(readBatchHeader(rebuilt).attributes)).toBe(codec === 'none' ? 'none' : 'gzip');
  });
});
