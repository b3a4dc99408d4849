import { describe, expect, it } from 'vitest';
import { exactAuc } from '#shared/monitoring';
import { VersionQuality } from './version-quality.js';

const first = { name: 'trains-glm', version: '1' };
const second = { name: 'trains-glm', version: '2' };
const minute = 60_000;

/** Outcomes of a version whose higher scores are right, or, where it is turned, wrong; a third is positive. */
function outcomes(quality: VersionQuality, of: typeof first, from: number, to: number, turned = false): void {
  for (let i = from; i < to; i += 1) {
    const positive = i % 3 === 0;
    const score = ((i * 37) % 100) / 200 + (positive ? 0.3 : 0);
    quality.add(of, turned ? 1 - score : score, positive, i * minute);
  }
}

describe('VersionQuality', () => {
  it('is the AUC over the last 2,000 outcomes alone, whatever was before them', () => {
    const quality = new VersionQuality();
    outcomes(quality, first, 0, 4_000);
    outcomes(quality, first, 4_000, 6_000, true);
    const [found] = quality.figures();
    const last = Array.from({ length: 2_000 }, (_, i) => i + 4_000);
    const scores = last.map((i) => 1 - (((i * 37) % 100) / 200 + (i % 3 === 0 ? 0.3 : 0)));
    const exact = exactAuc(
      scores,
      last.map((i) => i % 3 === 0),
    );
    expect(found).toMatchObject({ ...first, n: 2_000, total: 6_000, missing: null });
    expect(found?.auc).toBeCloseTo(exact ?? 0, 4);
    expect(found?.auc).toBeLessThan(0.2);
  });

  it('keeps versions apart, the one with the last outcome first', () => {
    const quality = new VersionQuality();
    outcomes(quality, first, 0, 600);
    outcomes(quality, second, 600, 700, true);
    const [bad, good] = quality.figures();
    expect([bad, good]).toMatchObject([
      { ...second, n: 100 },
      { ...first, n: 600 },
    ]);
    expect(bad?.auc).toBeLessThan(0.2);
    expect(good?.auc).toBeGreaterThan(0.8);
  });

  it('says that a coin would do better when that is certain, and not of a few outcomes that went wrong', () => {
    const quality = new VersionQuality();
    const isWorse = (): boolean | undefined => quality.figures()[0]?.worseThanCoin;
    outcomes(quality, second, 0, 40, true);
    expect(isWorse()).toBe(true);
    outcomes(quality, first, 0, 600);
    expect(isWorse()).toBe(false);
    const chance = new VersionQuality();
    for (let i = 0; i < 100; i += 1) chance.add(first, ((i * 37) % 100) / 100, i % 3 === 0, i * minute);
    const [found] = chance.figures();
    expect(found?.auc).toBeLessThan(0.52);
    expect(found?.worseThanCoin).toBe(false);
  });

  it('says what is missing where outcomes are too few of a class, and gives no figure', () => {
    const quality = new VersionQuality();
    outcomes(quality, first, 0, 28);
    quality.add(second, Number.NaN, true, 0);
    expect(quality.figures()).toMatchObject([{ ...first, n: 28, positives: 10, missing: null }]);
    const few = new VersionQuality();
    outcomes(few, first, 0, 20);
    expect(few.figures()).toMatchObject([{ auc: null, n: 20, positives: 7, missing: 'too few of one class so far' }]);
  });

  it('keeps a bounded course over event time, and a bounded number of versions', () => {
    const quality = new VersionQuality();
    for (let version = 1; version <= 40; version += 1) {
      quality.add({ name: 'trains-glm', version: String(version) }, 0.5, true, version);
    }
    expect(quality.figures()).toHaveLength(16);
    outcomes(quality, first, 0, 20_000);
    const [found] = quality.figures();
    expect(found?.eventTimes.length).toBeGreaterThan(90);
    expect(found?.eventTimes.length).toBeLessThanOrEqual(180);
    expect(found?.values).toHaveLength(found?.eventTimes.length ?? -1);
    expect(found?.eventTimes).toEqual(found?.eventTimes.toSorted((a, b) => a - b));
  });
});
