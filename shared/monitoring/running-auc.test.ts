import { describe, expect, it } from 'vitest';
import { exactAuc, RunningAuc } from '#shared/monitoring';

/** A small seeded generator (mulberry32), so that the test sees the same numbers each time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const byPairs = (scores: readonly number[], positives: readonly boolean[]): number => {
  let won = 0;
  let pairs = 0;
  scores.forEach((score, i) => {
    if (!positives[i]) return;
    scores.forEach((other, j) => {
      if (positives[j]) return;
      pairs++;
      won += score > other ? 1 : score === other ? 0.5 : 0;
    });
  });
  return won / pairs;
};

describe('exactAuc', () => {
  it('is the share of pairs won, ties counting half', () => {
    expect(exactAuc([0.1, 0.4, 0.35, 0.8], [false, false, true, true])).toBe(0.75);
    expect(exactAuc([0.5, 0.5, 0.5], [true, false, true])).toBe(0.5);
    expect(exactAuc([0.9, 0.1], [false, true])).toBe(0);
  });

  it('agrees with counting every pair', () => {
    const random = seeded(1);
    const scores = Array.from({ length: 400 }, () => Math.round(random() * 50) / 50);
    const positives = scores.map((score) => random() < score);
    expect(exactAuc(Float64Array.from(scores), positives)).toBeCloseTo(byPairs(scores, positives), 12);
  });

  it('is undefined without both classes', () => {
    expect(exactAuc([], [])).toBeUndefined();
    expect(exactAuc([0.2, 0.7], [true, true])).toBeUndefined();
  });
});

describe('RunningAuc', () => {
  it('has no value until both classes were seen', () => {
    const auc = new RunningAuc();
    expect(auc.value).toBeUndefined();
    auc.add(0.3, false);
    auc.add(0.6, false);
    expect(auc.value).toBeUndefined();
    expect(auc.n).toBe(2);
    auc.add(0.5, true);
    expect(auc.value).toBe(0.5);
    expect(auc.n).toBe(3);
  });

  it('follows the exact value step by step, whatever the order', () => {
    const random = seeded(2);
    const auc = new RunningAuc();
    const scores: number[] = [];
    const positives: boolean[] = [];
    for (let i = 0; i < 3000; i++) {
      const score = random() ** 2;
      const positive = random() < score;
      auc.add(score, positive);
      scores.push(score);
      positives.push(positive);
      if (i % 250 === 249) expect(auc.value).toBeCloseTo(exactAuc(scores, positives) ?? Number.NaN, 3);
    }
    expect(auc.value).toBeCloseTo(exactAuc(scores, positives) ?? Number.NaN, 4);
  });

  it('counts ties half', () => {
    const auc = new RunningAuc();
    for (const positive of [true, false, true, false]) auc.add(0.25, positive);
    expect(auc.value).toBe(0.5);
  });

  it('keeps both ends of the range, and takes what lies beyond to the nearer end', () => {
    const auc = new RunningAuc();
    auc.add(0, false);
    auc.add(1, true);
    auc.add(-3, false);
    auc.add(7, true);
    expect(auc.value).toBe(1);
  });

  it('refuses NaN', () => {
    expect(() => new RunningAuc().add(Number.NaN, true)).toThrow(/found NaN/);
  });
});
