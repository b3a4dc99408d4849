import { describe, expect, it } from 'vitest';
import { TimeWindows } from './windows.js';

describe('time windows', () => {
  it('are aligned to the epoch', () => {
    expect(TimeWindows.ofSizeWithNoGrace(10).windowsFor(25)).toEqual([{ start: 20, end: 30 }]);
  });

  it('begin later by an offset, the first of them, too: what lies before it is in none', () => {
    const windows = TimeWindows.ofSizeAndGrace(10, 3).offsetBy(4);
    expect(windows.windowsFor(23)).toEqual([{ start: 14, end: 24 }]);
    expect(windows.windowsFor(24)).toEqual([{ start: 24, end: 34 }]);
    expect(windows.windowsFor(4)).toEqual([{ start: 4, end: 14 }]);
    expect(windows.windowsFor(3)).toEqual([]);
    expect(windows.graceMs).toBe(3);
  });

  it('hop from there', () => {
    const windows = TimeWindows.ofSizeWithNoGrace(10).advanceBy(5).offsetBy(4);
    expect(windows.windowsFor(20).map(({ start }) => start)).toEqual([14, 19]);
    expect(windows.windowsFor(8).map(({ start }) => start)).toEqual([4]);
  });
});
