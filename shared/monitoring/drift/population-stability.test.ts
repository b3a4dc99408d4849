import { describe, expect, it } from 'vitest';
import { populationStability } from './population-stability.js';

describe('populationStability', () => {
  it('is what it comes to by hand', () => {
    // (0.4 - 0.5) ln 0.8 + (0.6 - 0.5) ln 1.2
    expect(populationStability([0.5, 0.5], [40, 60])).toBeCloseTo(0.022_314 + 0.018_232, 5);
    expect(populationStability([0.2, 0.3, 0.5], [20, 30, 50])).toBe(0);
  });

  it('is the same whichever of the two was first', () => {
    expect(populationStability([0.1, 0.9], [700, 300])).toBeCloseTo(populationStability([0.7, 0.3], [100, 900]), 12);
  });

  it('counts an empty bin as if it had half a row, and a share of training rows of nothing as one in ten thousand', () => {
    expect(populationStability([0.5, 0.5], [100, 0])).toBeCloseTo(0.5 * Math.log(2) + 0.495 * Math.log(100), 10);
    expect(populationStability([1, 0], [50, 50])).toBeCloseTo(0.5 * Math.log(2) + 0.4999 * Math.log(5_000), 10);
  });

  it('passes over what never is, and is 0 without rows', () => {
    expect(populationStability([0.5, 0.5, 0, 0], [10, 10, 0, 0])).toBe(0);
    expect(populationStability([0.5, 0.5], [0, 0])).toBe(0);
  });

  it('comes to (bins - 1) / rows where nothing has drifted', () => {
    let state = 3;
    const random = (): number => {
      state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
      return state / 2 ** 32;
    };
    const expected = Array<number>(10).fill(0.1);
    const indices = Array.from({ length: 200 }, () => {
      const counts = Array<number>(10).fill(0);
      for (let row = 0; row < 500; row += 1) {
        const bin = Math.floor(random() * 10);
        counts[bin] = (counts[bin] ?? 0) + 1;
      }
      return populationStability(expected, counts);
    });
    expect(indices.reduce((sum, index) => sum + index, 0) / indices.length).toBeCloseTo(9 / 500, 2);
    expect(Math.max(...indices)).toBeLessThan(0.1);
  });
});
