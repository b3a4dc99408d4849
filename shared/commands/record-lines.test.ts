import { describe, expect, it } from 'vitest';
import type { ConsumedRecord } from '#shared/kafka';
import { type Decoded, plain } from './record-decoder.js';
import { humanLine, jsonLine } from './record-lines.js';

const given = (over: Partial<ConsumedRecord> = {}): ConsumedRecord => ({
  topic: 'orders',
  partition: 2,
  offset: 17,
  timestamp: 1_380_615_300_007,
  key: null,
  value: null,
  headers: {},
  ...over,
});
const text = (words: string): Decoded => ({ kind: 'text', text: words });
const json = (words: string): Decoded => ({ kind: 'json', json: words });
const nothing: Decoded = { kind: 'null' };
const bytes: Decoded = { kind: 'bytes', bytes: Buffer.from([0, 1, 2, 3, 4, 5]), reason: 'no schema\n1' };
const style = { dim: (words: string) => words, mostCharacters: 100 };

describe('a line for people', () => {
  it('has time, partition and offset, key, value, headers', () => {
    const headers = { run: Buffer.from('7'), tag: [Buffer.from('a\nb'), null], '\u001B[2J': Buffer.from([0xff]) };
    const line = humanLine({ record: given({ headers }), key: text('UA-1'), value: json('{"id":1}') }, style);
    expect(line).toBe(
      '2013-10-01T08:15:00.007Z  2/17  UA-1  {"id":1}  run=7 tag=a\\nb tag=(null) ' +
        '\\u001b[2J=(1 byte, /w==; it is neither Avro in wire format nor JSON nor text)',
    );
  });

  it('shows tombstones, bytes, and times that are none', () => {
    const line = (timestamp: number, key: Decoded, value: Decoded) =>
      humanLine({ record: given({ timestamp }), key, value }, style);
    expect(line(-1, nothing, nothing)).toBe('(no time)  2/17  (no key)  (tombstone)');
    expect(line(2 ** 62, text(''), bytes)).toBe(
      '4611686018427388000  2/17  (empty)  (6 bytes, AAECAwQF; no schema\\n1)',
    );
  });

  it('is bounded, and says by how much', () => {
    const value = text(`${'x'.repeat(99)}👩${'y'.repeat(20)}`);
    const headers = { stack: Buffer.from('s'.repeat(30)) };
    const line = humanLine({ record: given({ headers }), key: text('k'.repeat(30)), value }, style);
    expect(line.split('  ').slice(2)).toEqual([
      `${'k'.repeat(20)}… (30 characters)`,
      `${'x'.repeat(99)}… (121 characters)`,
      `stack=${'s'.repeat(20)}… (30 characters)`,
    ]);
  });
});

describe('a line of JSON', () => {
  it('has the same keys for each record', () => {
    expect(JSON.parse(jsonLine({ record: given(), key: nothing, value: nothing }))).toEqual({
      topic: 'orders',
      partition: 2,
      offset: 17,
      timestamp: 1_380_615_300_007,
      key: null,
      value: null,
      headers: {},
    });
  });

  it('has what was made out as it is, headers as text, and reasons where there are bytes', () => {
    const headers = { json: Buffer.from('{"a":1}'), many: [Buffer.from('x'), null, Buffer.from([0xff])], none: null };
    const line = jsonLine({ record: given({ headers }), key: json('{"id":9007199254740993}'), value: bytes });
    expect(line).toContain('"key":{"id":9007199254740993},');
    expect(JSON.parse(line)).toMatchObject({
      value: { bytes: 6, base64: 'AAECAwQF' },
      headers: { json: '{"a":1}', many: ['x', null, { bytes: 1, base64: '/w==' }], none: null },
      undecoded: { value: 'no schema\n1' },
    });
    expect(line).not.toContain('\n');
  });
});

describe('bytes that are not Avro', () => {
  it.each([
    ['{"a":1}', { kind: 'json', json: '{"a":1}' }],
    [' [1, 2]', { kind: 'json', json: '[1,2]' }],
    ['{"a":1', { kind: 'text', text: '{"a":1' }],
    ['42', { kind: 'text', text: '42' }],
    ['', { kind: 'text', text: '' }],
    ['Zürich', { kind: 'text', text: 'Zürich' }],
  ])('are %j as they look', (words, decoded) => {
    expect(plain(Buffer.from(words))).toEqual(decoded);
  });

  it.each([[[0xff, 0xfe]], [[0, 0, 0, 7]], [[0xc3]]])('stay %j where they are no text', (numbers) => {
    expect(plain(Buffer.from(numbers))).toMatchObject({ kind: 'bytes', bytes: Buffer.from(numbers) });
  });
});
