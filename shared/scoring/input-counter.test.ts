import { describe, expect, it } from 'vitest';
import { InputCounter } from './input-counter.js';
import type { InputProfile } from './profile.js';

/** Even numbers, odd ones. */
const parity: InputProfile = {
  input: 'n',
  expected: [0.5, 0.5],
  labels: ['even', 'odd'],
  placeOf: (value) => Number(value) % 2,
};
const rows = (count: number) => Array.from({ length: count }, (_, n) => ({ n }));

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

describe('InputCounter', () => {
  it('counts from the first taking on, each row once', () => {
    const counter = new InputCounter([parity]);
    counter.add(rows(10));
    expect(counter.take()).toBeUndefined();
    counter.add(rows(3));
    counter.add(rows(2));
    expect(counter.take()).toEqual({ rows: 5, inputs: { n: { expected: [0.5, 0.5], counts: [3, 2] } } });
    expect(counter.take()).toBeUndefined();
  });

  it('counts 2,000 rows at most from one taking to the next', () => {
    const counter = new InputCounter([parity]);
    counter.take();
    for (let chunk = 0; chunk < 50; chunk += 1) counter.add(rows(100));
    expect(counter.take()?.rows).toBe(2_000);
  });

  it('then counts a sample of all, as many of each kind as come, though they come in turn', () => {
    const counter = new InputCounter([parity], seeded(1));
    counter.take();
    const second = (): void => {
      for (let chunk = 0; chunk < 80; chunk += 1) counter.add(rows(100));
    };
    second();
    counter.take();
    second();
    const { rows: counted = 0, inputs } = counter.take() ?? {};
    // Every fourth of 8,000 on the average.
    expect(counted).toBeGreaterThan(1_800);
    expect((inputs?.n?.counts[0] ?? 0) / counted).toBeCloseTo(0.5, 1);
  });

  it('counts all again when fewer come', () => {
    const counter = new InputCounter([parity]);
    counter.take();
    counter.add(rows(10_000));
    counter.take();
    counter.add(rows(100));
    counter.take();
    counter.add(rows(100));
    expect(counter.take()?.rows).toBe(100);
  });
});
