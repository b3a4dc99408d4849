import { describe, expect, it } from 'vitest';
import { RecentReasons } from './recent-reasons.js';

describe('RecentReasons', () => {
  it('counts what there was in the last half minute, by reason', () => {
    const reasons = new RecentReasons();
    reasons.add('record-undecodable', 1_000);
    reasons.add('record-undecodable', 20_000);
    reasons.add('record-unscorable', 25_000);
    expect(reasons.list(30_000)).toEqual([
      { reason: 'record-undecodable', count: 2 },
      { reason: 'record-unscorable', count: 1 },
    ]);
    expect(reasons.list(32_000)).toContainEqual({ reason: 'record-undecodable', count: 1 });
    expect(reasons.list(60_000)).toEqual([]);
  });

  it('keeps few reasons, whatever somebody writes', () => {
    const reasons = new RecentReasons();
    for (let i = 0; i < 100; i += 1) reasons.add(`reason ${i}`, 0);
    expect(reasons.list(0)).toHaveLength(32);
  });
});
