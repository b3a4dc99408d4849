import { describe, expect, it } from 'vitest';
import { parseCase } from './case.js';
import { type CaseResult, firstDifference } from './compare.js';

const golden = parseCase({
  name: 'word-count',
  category: 'example',
  features: [],
  topology: [
    { id: 'n0', op: 'stream', parents: [], topic: 'in' },
    { id: 'n1', op: 'to', parents: ['n0'], topic: 'out' },
    { id: 'n2', op: 'to', parents: ['n0'], topic: 'out2' },
  ],
  input: [],
  output: [
    { step: 0, topic: 'out', key: 'a', value: 1, timestamp: 5 },
    { step: 0, topic: 'out', key: 'b', value: 'x', timestamp: 5 },
    { step: 0, topic: 'out2', key: { key: 'a', start: 0, end: 10 }, value: null, timestamp: 5 },
    { step: 2, topic: 'out', key: null, value: 2, timestamp: 7 },
  ],
  stores: { counts: [{ key: 'a', value: 1, timestamp: 5 }] },
  dropped: 3,
  drops: { null: 1, expired: 2 },
});
const [first, second, windowed, last] = golden.output;
if (!first || !second || !windowed || !last) throw new Error('The case above has four outputs.');

const same: CaseResult = {
  output: [first, second, windowed, last],
  stores: golden.stores,
  dropped: 3,
  drops: { null: 1, expired: 2 },
};
const differs = (part: Partial<CaseResult>, of = golden) => firstDifference(of, { ...same, ...part });

describe('firstDifference', () => {
  it('finds none in an equal result, and none where two topics of a step are told in another order', () => {
    expect(differs({})).toBeUndefined();
    expect(differs({ output: [windowed, first, second, last] })).toBeUndefined();
  });

  it('finds a wrong order within a step and topic', () => {
    expect(differs({ output: [second, first, windowed, last] })).toBe(
      'step 0: expected out "a"=1@5, out "b"="x"@5, out2 "a"[0,10]=null@5; got out "b"="x"@5, out "a"=1@5, out2 "a"[0,10]=null@5',
    );
  });

  it('takes the outputs of a step as a multiset where the order is a detail of Kafka', () => {
    const multiset = { ...golden, features: ['multiRepartition'] };
    expect(differs({ output: [second, first, windowed, last] }, multiset)).toBeUndefined();
    expect(differs({ output: [second, second, windowed, last] }, multiset)).toMatch('step 0: expected');
    expect(
      differs({ output: [first, second, last, windowed].map((record) => ({ ...record, step: 0 })) }, multiset),
    ).toMatch('step 0: expected');
  });

  it('finds a missing output, at the end too, and one too many', () => {
    expect(differs({ output: [first, windowed, last] })).toMatch(
      /^step 0: .* got out "a"=1@5, out2 "a"\[0,10\]=null@5$/,
    );
    expect(differs({ output: [first, second, windowed] })).toBe('step 2: expected out null=2@7; got nothing');
    expect(differs({ output: [...same.output, { ...last, step: 4 }] })).toBe(
      'step 4: expected nothing; got out null=2@7',
    );
    expect(differs({ output: [...same.output, { ...last, topic: 'elsewhere' }] })).toMatch('got elsewhere null=2@7');
  });

  it.each([
    ['step', { ...last, step: 1 }],
    ['topic', { ...last, topic: 'out2' }],
    ['key', { ...last, key: 'null' }],
    ['value', { ...last, value: '2' }],
    ['timestamp', { ...last, timestamp: 8 }],
    ['window', { ...last, key: { key: 'a', start: 0, end: 11 } }],
  ])('finds a wrong %s', (_field, wrong) => {
    expect(differs({ output: [first, second, windowed, wrong] })).toMatch('expected');
  });

  it('finds a wrong store: another value, a missing row, a missing store', () => {
    expect(differs({ stores: { counts: [{ key: 'a', value: 2, timestamp: 5 }] } })).toBe(
      'store counts: expected "a"=1@5; got "a"=2@5',
    );
    expect(differs({ stores: { counts: [] } })).toBe('store counts: expected "a"=1@5; got nothing');
    expect(differs({ stores: {} })).toBe('stores: expected counts; got none');
  });

  it('finds a wrong number of dropped records, in all and by reason', () => {
    expect(differs({ dropped: 4 })).toBe('dropped: expected 3; got 4');
    expect(differs({ drops: { null: 2, expired: 1 } })).toBe('dropped for a null: expected 1; got 2');
    expect(differs({ drops: { null: 1, expired: 0 } })).toBe('dropped as expired: expected 2; got 0');
  });

  it('asks for no number that the case does not have', () => {
    const { dropped: _dropped, drops: _drops, ...without } = golden;
    expect(differs({ dropped: 9, drops: { null: 9, expired: 9 } }, without)).toBeUndefined();
  });
});
