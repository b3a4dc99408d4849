import { expect, it } from 'vitest';
import { RecentGrowth } from './recent-growth.js';

it('is how many more there are each second of the last six, and not known before the second look', () => {
  const growth = new RecentGrowth();
  const at = (second: number, value: number | undefined): number | null => growth.of(value, 1_000 * second);
  expect([at(0, 100), at(1, 150), at(2, 200)]).toEqual([null, null, 50]);
  expect(at(6, 100)).toBe(0);
  expect(at(12, 40)).toBe(-10);
  expect([at(13, undefined), at(14, 40), at(16, 40)]).toEqual([null, null, 0]);
});
