import { describe, expect, it } from 'vitest';
import type { ModelInput } from './model-card.js';
import { numberFields } from './number-fields.js';

const fieldsOf = (...names: string[]) =>
  numberFields(names.map((name): ModelInput => ({ name, type: 'number', optional: false })));

function copied(names: readonly string[], row: Readonly<Record<string, unknown>>): number[] | undefined {
  const to = new Float64Array(names.length + 2).fill(-1);
  const fields = fieldsOf(...names);
  const isCopied = fields?.copy(row, to, 1);
  expect(fields?.areIn(row)).toBe(isCopied);
  expect([to[0], to.at(-1)]).toEqual([-1, -1]);
  return isCopied ? Array.from(to.subarray(1, -1)) : undefined;
}

describe('fields that are numbers', () => {
  it('are written in the order of the card, from a place on', () => {
    expect(copied(['b', 'a'], { a: 1.5, b: -0, c: 3 })).toEqual([-0, 1.5]);
    expect(copied(['a'], { a: Number.POSITIVE_INFINITY })).toEqual([Number.POSITIVE_INFINITY]);
  });

  it.each([
    ['absent', {}],
    ['null', { a: null }],
    ['not a number', { a: Number.NaN }],
    ['a text', { a: '1' }],
    ['true', { a: true }],
    ['a bigint', { a: 1n }],
  ])('are not all there where one is %s', (_, row) => {
    expect(copied(['b', 'a'], { b: 1, ...row })).toBeUndefined();
  });

  it.each([
    '"]; throw new Error("run"); //',
    "'",
    '`',
    '$\u007b1}',
    '\\',
    '\u2028',
    '\n',
    '',
    'constructor',
    'return',
    'to',
    'from',
    'v0',
    'Größe in €',
  ])('may be called %j', (name) => {
    expect(copied([name, 'other'], { [name]: 7, other: 8 })).toEqual([7, 8]);
    expect(copied([name], {})).toBeUndefined();
  });

  it('may be very many', () => {
    const names = Array.from({ length: 1_000 }, (_, n) => `f${n}`);
    const values = names.map((_, n) => n / 8);
    const row = Object.fromEntries(names.map((name, n) => [name, n / 8]));
    expect(copied(names, row)).toEqual(values);
    expect(copied(names, { ...row, f999: Number.NaN })).toBeUndefined();
    expect(copied(names, { ...row, f0: null })).toBeUndefined();
  });

  it('are not read so where one is nested', () => {
    expect(numberFields([{ name: 'a', type: 'number', optional: false, shape: [2] }])).toBeUndefined();
  });
});
