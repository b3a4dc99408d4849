import { describe, expect, it } from 'vitest';
import { exitCodeOfRun, isSaid, type RunReport, reportInWords } from './run-report.js';

const reportOf = (records: Partial<RunReport['records']>): RunReport => ({
  demo: 'flight-delay',
  mode: 'cluster',
  guarantee: 'exactly_once',
  model: { name: 'flight-delay-gbm', version: '1', sha256: '' },
  records: { produced: 100, filtered: 1, scored: 99, deadLettered: 0, lost: 0, duplicated: 0, ...records },
  urls: {},
});

describe('the report of a run that Ctrl-C has ended', () => {
  it('is not said where everything is accounted for and nobody has asked', () => {
    expect(exitCodeOfRun(reportOf({}))).toBe(0);
    expect(isSaid([reportOf({})], {})).toBe(false);
    expect(isSaid([reportOf({})], { report: '-' })).toBe(true);
    expect(isSaid([reportOf({})], { records: 100 })).toBe(true);
  });

  it('is said where the exit code is 1 for what became of the records: of several demos, where it is for one', () => {
    const report = reportOf({ scored: 87, lost: 12 });
    expect(exitCodeOfRun(report)).toBe(1);
    expect(isSaid([reportOf({}), report], {})).toBe(true);
    expect(reportInWords(report, 'flight')[0]).toContain('12 lost, 0 duplicated');
  });
});
