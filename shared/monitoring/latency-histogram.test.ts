import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from './latency-histogram.js';

describe('LatencyHistogram', () => {
  it('gives percentiles to one per cent, and the exact maximum', () => {
    const latency = new LatencyHistogram();
    for (let ms = 1; ms <= 1_000; ms++) latency.add(ms);
    expect(latency.percentile(0.5)).toBeGreaterThanOrEqual(500);
    expect(latency.percentile(0.5)).toBeLessThan(506);
    expect(latency.percentile(0.99)).toBeGreaterThanOrEqual(990);
    expect(latency.percentile(0.99)).toBeLessThan(1_001);
    expect(latency.max).toBe(1_000);
    expect(latency.count).toBe(1_000);
  });

  it('knows nothing before the first', () => {
    expect(new LatencyHistogram().percentile(0.5)).toBeUndefined();
  });

  it('takes zero and a clock that went back', () => {
    const latency = new LatencyHistogram();
    latency.add(0);
    latency.add(-3);
    expect(latency.percentile(0.99)).toBeLessThanOrEqual(0.01);
  });
});
