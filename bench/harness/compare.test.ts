import { describe, expect, it } from 'vitest';
import { changesSince, missingSince } from './compare.js';
import type { EarlierReport, FigureReport } from './report.js';

const report = (...figures: readonly Partial<FigureReport>[]): EarlierReport => ({
  machine: {},
  runs: 3,
  records: 1,
  pinned: false,
  cases: [
    {
      name: 'case',
      contenders: [
        {
          name: 'ours',
          figures: figures.map((figure) => ({ name: 'events', unit: '/s', kind: 'rate', values: [1], ...figure })),
        },
      ],
    },
  ],
});

describe('changesSince', () => {
  it('compares the medians of the ratios to the yardstick, whatever the machine did', () => {
    const before = report({ values: [30, 33, 90], ratios: [1, 1.1, 3] });
    const now = report({ values: [15, 16, 17], ratios: [1.1, 1.1, 1.1] });
    expect(changesSince(before, now)).toMatchObject([{ what: 'case, ours: events', factor: 1, isSlower: false }]);
  });

  it.each([
    [0.86, false],
    [0.84, true],
    [2, false],
    [Number.NaN, true],
  ])('calls a factor of %d slower: %s', (factor, isSlower) => {
    const [change] = changesSince(report({ ratios: [2] }), report({ ratios: [2 * factor] }));
    expect(change?.isSlower).toBe(isSlower);
  });

  it('says whether one run lies within the spread of the other', () => {
    const [within] = changesSince(report({ ratios: [2, 3, 4] }), report({ ratios: [1, 1.5, 2] }));
    expect(within).toMatchObject({ factor: 0.5, isSlower: true, isWithinSpread: true });
    const [apart] = changesSince(report({ ratios: [2, 4] }), report({ ratios: [1, 1.9] }));
    expect(apart?.factor).toBeCloseTo(1.45 / 3);
    expect(apart).toMatchObject({ isSlower: true, isWithinSpread: false });
  });

  it('passes over what has no ratio, and names what is no longer measured', () => {
    const before = report({ ratios: [1] }, { name: 'memory', ratios: [1] }, { name: 'told' });
    const now = report({ ratios: [1] }, { name: 'new', ratios: [1] }, { name: 'told' });
    expect(changesSince(before, now).map(({ what }) => what)).toEqual(['case, ours: events']);
    expect(missingSince(before, now)).toEqual(['case, ours: memory']);
  });
});
