import { describe, expect, it } from 'vitest';
import { compactJson, jsonText, visibleText } from './json-text.js';

describe('jsonText', () => {
  it.each<[json: string, value: unknown]>([
    ['{"id":"a","n":1.5,"none":null,"list":[true,false]}', { id: 'a', n: 1.5, none: null, list: [true, false] }],
    ['9007199254740993', 9_007_199_254_740_993n],
    ['{"bytes":2,"base64":"AP8="}', Buffer.from([0, 255])],
    ['["NaN","Infinity"]', [Number.NaN, Number.POSITIVE_INFINITY]],
    ['"\\u001b[31mred\\u001b[0m \\"quoted\\"\\n"', '\u001B[31mred\u001B[0m "quoted"\n'],
    ['"\\u009b31m \\u007f \\u202eback \\ud800"', '\u009B31m \u007F \u202Eback \uD800'],
    ['{"\\u009b2J":1}', { '\u009B2J': 1 }],
    ['"Zürich ✈ 東京 👩‍✈️"', 'Zürich ✈ 東京 👩‍✈️'],
  ])('writes %s', (json, value) => {
    expect(jsonText(value)).toBe(json);
  });
});

describe('compactJson', () => {
  it('keeps every digit, every name and the order of what it puts on one line', () => {
    expect(compactJson('{ "id": 9007199254740993,\r\n\t"b": "two  \\" words", "a": 1.10, "a": [ ] }')).toBe(
      '{"id":9007199254740993,"b":"two  \\" words","a":1.10,"a":[]}',
    );
  });

  it('shows what a terminal would act on', () => {
    expect(compactJson('["\u009B2J\u202E", "\\u001b[2J"]')).toBe('["\\u009b2J\\u202e","\\u001b[2J"]');
  });

  it.each(['', '{', '{"a":1} x', '[1,]', "{'a':1}"])('is not made of %j', (text) => {
    expect(compactJson(text)).toBeUndefined();
  });

  it('takes what is nested deeper than a stack goes', () => {
    const deep = `${'['.repeat(400_000)}${']'.repeat(400_000)}`;
    expect(compactJson(deep)).toBe(deep);
  });
});

describe('visibleText', () => {
  it('leaves text as it is but for what would drive the terminal', () => {
    expect(visibleText('Zürich "✈" C:\\temp')).toBe('Zürich "✈" C:\\temp');
    expect(visibleText('a\tb\nc\rd\u001B]0;title\u0007\u0008\u0085\u2028')).toBe(
      'a\\tb\\nc\\rd\\u001b]0;title\\u0007\\u0008\\u0085\\u2028',
    );
  });
});
