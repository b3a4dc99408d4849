import { expect, it } from 'vitest';
import { type ErrorCode, KitError } from '#shared/errors';
import { FailureSeries } from './failure-series.js';

const failure = (code: ErrorCode): KitError => new KitError(code, 'no');
const fenced = failure('producer-fenced');

it('lets a task begin anew for so long, and throws its failure when it goes on', () => {
  let now = 0;
  const series = new FailureSeries(60_000, () => now);
  for (; now <= 60_000; now += 10_000) series.failed('0_0', fenced);
  expect(() => series.failed('0_0', fenced)).toThrow(fenced);
  expect(() => series.failed('0_1', fenced)).not.toThrow();
});

it('begins to count anew after a commit, and where a task had nothing to commit for long', () => {
  let now = 0;
  const series = new FailureSeries(60_000, () => now);
  series.failed('0_0', fenced);
  series.failed('0_1', fenced);
  now = 50_000;
  series.recovered('0_0');
  series.failed('0_0', fenced);
  now = 100_000;
  expect(() => series.failed('0_0', fenced)).not.toThrow();
  expect(() => series.failed('0_1', fenced)).not.toThrow();
});

it('throws at once what does not pass', () => {
  const refused = failure('run-failed');
  expect(() => new FailureSeries(60_000).failed('0_0', refused)).toThrow(refused);
});
