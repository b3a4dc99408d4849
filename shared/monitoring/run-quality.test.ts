import { describe, expect, it } from 'vitest';
import { RunQuality } from './run-quality.js';

describe('RunQuality', () => {
  it('joins by id whichever side comes first', () => {
    const quality = new RunQuality();
    quality.prediction('late', 0.9);
    quality.outcome('early', false);
    quality.outcome('late', true);
    expect(quality.quality()).toBeUndefined();
    quality.prediction('early', 0.2);
    expect(quality.quality()).toEqual({ auc: 1, n: 2 });
  });

  it('leaves out a score that is no number, as it ranks nowhere', () => {
    const quality = new RunQuality();
    for (const [id, score, late] of [
      ['a', 0.9, true],
      ['b', Number.NaN, true],
      ['c', Number.NEGATIVE_INFINITY, false],
    ] as const) {
      quality.prediction(id, score);
      quality.outcome(id, late);
    }
    expect(quality.quality()).toEqual({ auc: 1, n: 2 });
  });

  it('counts an outcome once, and lets go of the oldest that waits', () => {
    const quality = new RunQuality(2);
    quality.prediction('a', 0.1);
    quality.prediction('b', 0.2);
    quality.prediction('c', 0.3);
    quality.outcome('a', true);
    quality.outcome('b', false);
    quality.outcome('b', false);
    quality.outcome('c', true);
    expect(quality.quality()).toEqual({ auc: 1, n: 2 });
  });
});
