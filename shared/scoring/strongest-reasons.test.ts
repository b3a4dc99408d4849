import { expect, it } from 'vitest';
import { strongestReasons } from './strongest-reasons.js';

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const strongest = (contributions: number[], most?: number) =>
  strongestReasons(Float64Array.from(contributions), (column) => names[column] ?? '', most).map(({ name }) => name);

it('the five strongest, the strongest first, either way; of equals, the first', () => {
  expect(strongest([1, -7, 3, 0.5, 3, -2, 4])).toEqual(['b', 'g', 'c', 'e', 'f']);
  expect(strongest([1, 2, 3], 2)).toEqual(['c', 'b']);
});

it('what did nothing, or is no number, is left out', () => {
  expect(strongest([0, 1, Number.NaN, -0, 2])).toEqual(['e', 'b']);
  expect(strongest([])).toEqual([]);
});
