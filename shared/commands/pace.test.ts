import { describe, expect, it } from 'vitest';
import { createPace } from './pace.js';

const HOUR = 3_600_000;

describe('createPace', () => {
  it('spaces main records evenly at a rate, and lets the others go along', () => {
    const pace = createPace(100, 3_600);
    expect([pace.dueAt(0, true), pace.dueAt(HOUR, true), pace.dueAt(HOUR, false), pace.dueAt(2 * HOUR, true)]).toEqual([
      0, 10, 10, 20,
    ]);
    expect(pace.paced).toBe(true);
  });

  it('waits for nothing at rate 0', () => {
    const pace = createPace(0, 3_600);
    expect(pace.dueAt(5 * HOUR, true)).toBe(0);
    expect(pace.paced).toBe(false);
  });

  it('speeds event time up without a rate, and shortens what would be a long silence', () => {
    const pace = createPace(undefined, 3_600);
    expect(pace.dueAt(10 * HOUR, true)).toBe(0);
    expect(pace.dueAt(11 * HOUR, false)).toBe(1_000);
    expect(pace.dueAt(11 * HOUR, true)).toBe(1_000);
    expect(pace.dueAt(1_000 * HOUR, true)).toBe(9_000);
  });
});
