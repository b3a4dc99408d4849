import { describe, expect, it } from 'vitest';
import { hexDump, layOut } from './page/json-layout.js';

const text = (json: string): string =>
  layOut(json)
    .map((piece) => piece.text)
    .join('');

describe('the layout of JSON', () => {
  it('puts what is long over lines, what is short on one, and leaves every digit', () => {
    const json =
      '{"id":"UA-1545","distance":9007199254740993,"reasons":[{"name":"rain","contribution":-0.25},{"name":"hour \\"7\\": late","contribution":1e-7}],"none":{},"empty":[]}';
    expect(text(json)).toBe(
      [
        '{',
        '  "id": "UA-1545",',
        '  "distance": 9007199254740993,',
        '  "reasons": [',
        '    {"name": "rain", "contribution": -0.25},',
        '    {"name": "hour \\"7\\": late", "contribution": 1e-7}',
        '  ],',
        '  "none": {},',
        '  "empty": []',
        '}',
      ].join('\n'),
    );
  });

  it('tells names from texts, numbers and words', () => {
    expect(layOut('{"a":[1,"b",null]}').filter(({ kind }) => kind !== 'mark' && kind !== 'space')).toEqual([
      { kind: 'name', text: '"a"' },
      { kind: 'number', text: '1' },
      { kind: 'text', text: '"b"' },
      { kind: 'word', text: 'null' },
    ]);
  });

  it('lays out what was cut as far as it goes', () => {
    expect(text('{"a":"b","long":"this is cut he')).toBe('{\n  "a": "b",\n  "long": "this is cut he');
    expect(text(']')).toBe('\n]');
  });
});

it('shows bytes with their offsets, and what of them is ASCII', () => {
  const hex = Buffer.from('Kafka <b>\0\u00e9 and more').toString('hex');
  expect(hexDump(hex)).toBe(
    [
      '000000  4b 61 66 6b 61 20 3c 62  3e 00 c3 a9 20 61 6e 64  Kafka <b>... and',
      '000010  20 6d 6f 72 65                                     more',
    ].join('\n'),
  );
});
