import { describe, expect, it } from 'vitest';
import { combiner, joiner } from './combiners.js';
import { keyFunction, predicate, recordsFunction, valueFunction, valuesFunction } from './functions.js';
import { asInt, asStr, exact, mod } from './values.js';

const windowed = { key: 'a', window: { start: 0, end: 10 } };

describe('values', () => {
  it('are read as integers and texts as FORMAT.md tells', () => {
    expect([null, -3, 'abc', '', '𝄞'].map(asInt)).toEqual([0, -3, 3, 0, 2]);
    expect([null, -3, 'abc', windowed].map(asStr)).toEqual(['null', '-3', 'abc', 'a@0/10']);
  });

  it('are exact integers, with a remainder that is never negative', () => {
    expect([mod(-1, 3), mod(-3, 3), mod(4, 3)]).toEqual([2, 0, 1]);
    expect(Object.is(exact(-0), 0)).toBe(true);
    expect(() => exact(2 ** 53)).toThrow('is not an integer from -2^53 to 2^53');
  });
});

describe('functions of a record', () => {
  it('choose', () => {
    expect(predicate({ fn: 'modEquals', m: 3, r: 2 })('a', -1)).toBe(true);
    expect(predicate({ fn: 'greaterThan', c: 2 })('a', 'abc')).toBe(true);
    expect(predicate({ fn: 'isNullValue' })('a', 0)).toBe(false);
    expect(predicate({ fn: 'keyIn', keys: ['a@0/10'] })(windowed, null)).toBe(true);
    expect(predicate({ fn: 'keyIn', keys: ['null'] })(null, null)).toBe(false);
  });

  it('make keys', () => {
    expect(keyFunction({ fn: 'sameKey' })(windowed, 1)).toBe(windowed);
    expect(keyFunction({ fn: 'keyFromValueMod', m: 3 })(null, -1)).toBe('k2');
    expect(keyFunction({ fn: 'keyFromValue' })('a', null)).toBeNull();
    expect(keyFunction({ fn: 'keyFromValue' })('a', 7)).toBe('7');
    expect(keyFunction({ fn: 'keyConst', c: 'all' })(null, null)).toBe('all');
    expect(keyFunction({ fn: 'keyAppend', s: '!' })(windowed, 1)).toBe('a@0/10!');
    expect(keyFunction({ fn: 'keyAppend', s: '!' })(null, 1)).toBeNull();
    expect(keyFunction({ fn: 'keyNullIf', m: 2, r: 0 })('a', null)).toBeNull();
    expect(keyFunction({ fn: 'windowedToString' })(windowed, 1)).toBe('a@0/10');
    expect(keyFunction({ fn: 'fkMod', m: 4 })(null, 6)).toBe('c');
    expect(keyFunction({ fn: 'fkNullIf', m: 4, r: 2 })(null, 6)).toBeNull();
  });

  it('make values', () => {
    expect(valueFunction({ fn: 'same' })('a', 'x')).toBe('x');
    expect(valueFunction({ fn: 'addConst', c: -2 })('a', 'xyz')).toBe(1);
    expect(valueFunction({ fn: 'mulConst', c: 3 })('a', null)).toBe(0);
    expect(valueFunction({ fn: 'mod', m: 5 })('a', -1)).toBe(4);
    expect(valueFunction({ fn: 'appendStr', s: '!' })('a', null)).toBe('null!');
    expect(valueFunction({ fn: 'nullIf', m: 2, r: 1 })('a', 3)).toBeNull();
    expect(valueFunction({ fn: 'keyColonValue' })(windowed, 3)).toBe('a@0/10:3');
  });

  it('make many', () => {
    expect(valuesFunction({ fn: 'dup', n: 2 })('a', null)).toEqual([null, null]);
    expect(valuesFunction({ fn: 'rangeMod', m: 3 })('a', 5)).toEqual([0, 1]);
    expect(recordsFunction({ fn: 'fanKeys', n: 2 })(null, 5)).toEqual([
      ['null0', 5],
      ['null1', 5],
    ]);
    expect(recordsFunction({ fn: 'keyAndSwap' })('a', 5)).toEqual([
      ['a', 5],
      ['5', 'a'],
    ]);
    expect(recordsFunction({ fn: 'keyAndSwap' })(null, 'x')).toEqual([
      [null, 'x'],
      ['x', null],
    ]);
    expect(recordsFunction({ fn: 'keyAndSwap' })('a', null)).toEqual([['a', null]]);
  });
});

describe('functions of two values', () => {
  it('combine the old with the new', () => {
    expect(combiner({ fn: 'sum' })('abc', null)).toBe(3);
    expect(combiner({ fn: 'subtract' })(1, 5)).toBe(-4);
    expect(combiner({ fn: 'max' })(-1, null)).toBe(0);
    expect(combiner({ fn: 'min' })('ab', 5)).toBe(2);
    expect(combiner({ fn: 'last' })(1, 2)).toBe(2);
    expect(combiner({ fn: 'first' })(1, 2)).toBe(1);
    expect(combiner({ fn: 'concat' })('', null)).toBe('null');
    expect(combiner({ fn: 'concat', max: 3 })('ab', 'cd')).toBe('bcd');
    expect(combiner({ fn: 'concat', max: 0 })('ab', 'cd')).toBe('');
    expect(combiner({ fn: 'concatSep', s: '-', max: 9 })('ab', 5)).toBe('ab-5');
    expect(combiner({ fn: 'sumNullIf', m: 5, r: 2 })(4, 3)).toBeNull();
  });

  it('join left and right', () => {
    expect(joiner({ fn: 'pair' })('a', 1, null)).toBe('1|null');
    expect(joiner({ fn: 'keyPair' })(null, 1, 'x')).toBe('null:1|x');
    expect(joiner({ fn: 'sum' })('a', 1, 'xyz')).toBe(4);
    expect(joiner({ fn: 'nullIfSum', m: 2, r: 0 })('a', 1, 1)).toBeNull();
  });
});
