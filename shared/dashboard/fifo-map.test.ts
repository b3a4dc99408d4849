import { expect, it } from 'vitest';
import { FifoMap } from './fifo-map.js';

it('lets the oldest go when a new one needs its place', () => {
  const map = new FifoMap<number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.set('c', 3);
  expect(map.size).toBe(2);
  expect([map.take('a'), map.take('b'), map.take('c')]).toEqual([undefined, 2, 3]);
  expect(map.size).toBe(0);
});

it('keeps a key that was taken out and came back for its whole new turn', () => {
  const map = new FifoMap<number>(3);
  map.set('a', 1);
  map.take('a');
  map.set('a', 2);
  map.set('b', 3);
  map.set('c', 4);
  expect(map.take('a')).toBe(2);
});

it('gives a key that is there its new value', () => {
  const map = new FifoMap<number>(2);
  map.set('a', 1);
  map.set('a', 5);
  expect(map.size).toBe(1);
  expect([map.get('a'), map.get('b')]).toEqual([5, undefined]);
  expect(map.take('a')).toBe(5);
});
