import { expect, it } from 'vitest';
import { RecentMap } from './recent-map.js';

it('holds the last entries, at least its limit and less than twice as many', () => {
  const map = new RecentMap<number>(10);
  for (let i = 0; i < 1_000; i++) {
    map.set(String(i), i);
    expect(map.size).toBeLessThan(20);
    expect(map.get(String(Math.max(0, i - 9)))).toBe(Math.max(0, i - 9));
  }
  expect(map.get('900')).toBeUndefined();
});

it('has an entry once, however often it is set, and not at all once it is deleted', () => {
  const map = new RecentMap<string>(3);
  for (const key of ['a', 'b', 'c', 'a']) map.set(key, `value of ${key}`);
  expect(map.size).toBe(3);
  map.delete('a');
  map.delete('b');
  expect([map.get('a'), map.get('b'), map.get('c'), map.size]).toEqual([undefined, undefined, 'value of c', 1]);
});
