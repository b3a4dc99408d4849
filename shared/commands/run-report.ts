import { rmSync, statSync, writeFileSync } from 'node:fs';
import { KitError } from '#shared/errors';
import type { LatencyHistogram, Quality, RunCounts } from '#shared/monitoring';
import type { DemoOptions } from './demo-options.js';
import { userPath } from './user-path.js';

/** The report of a run, as `--report` writes it. A figure that does not apply is absent. */
export interface RunReport {
  readonly demo: string;
  readonly mode: 'embedded' | 'cluster';
  readonly guarantee: string;
  readonly model: { readonly name: string; readonly version: string; readonly sha256: string };
  readonly records: RunCounts;
  /** Paced runs only. */
  readonly latencyMs?: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly throughput?: { readonly recordsPerSecond: number };
  /** From the start of the process. */
  readonly startup?: { readonly toFirstPredictionMs: number };
  /** First lap only. */
  readonly quality?: Quality;
  readonly urls: Readonly<Record<string, string>>;
}

export function latencyFigures(latency: LatencyHistogram): RunReport['latencyMs'] {
  const [p50, p99] = [latency.percentile(0.5), latency.percentile(0.99)];
  if (p50 === undefined || p99 === undefined) return undefined;
  return { p50: rounded(p50, 2), p99: rounded(p99, 2), max: rounded(latency.max, 2) };
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/**
 * Makes sure, before the run, that the report can be written after it; gives the options with the path of its file.
 * @throws KitError 'usage' when it cannot.
 */
export function withReportFile(options: DemoOptions): DemoOptions {
  if (options.report === undefined || options.report === '-') return options;
  const file = userPath(options.report);
  try {
    writeFileSync(file, '', { flag: 'a' });
    // What is there after the run is this run's.
    if (statSync(file).isFile()) rmSync(file);
  } catch (error) {
    throw KitError.from(error, 'usage', `The report cannot be written to ${file}`);
  }
  return { ...options, report: file };
}

/** Writes a run's report, or those of several runs. */
export function writeReport(report: RunReport | readonly RunReport[], file: string): void {
  const text = `${JSON.stringify(report, null, 2)}\n`;
  if (file === '-') process.stdout.write(text);
  else writeFileSync(file, text);
}

/** Whether a run that came to its end did what its guarantee promises. */
export function exitCodeOfRun({ records: { lost, duplicated }, guarantee }: RunReport): 0 | 1 {
  return lost > 0 || (duplicated > 0 && guarantee === 'exactly_once') ? 1 : 0;
}

/**
 * Whether reports are said: where the run has an end or a report is asked for, and where one of those runs that have not
 * failed ends with exit code 1, as after Ctrl-C while records were on their way: nothing else says why.
 */
export function isSaid(
  unfailed: readonly RunReport[],
  { records, report }: Pick<DemoOptions, 'records' | 'report'>,
): boolean {
  return records !== undefined || report !== undefined || unfailed.some((each) => exitCodeOfRun(each) === 1);
}

/** The report in a few lines, for people. */
export function reportInWords({ records, latencyMs, throughput, startup, quality }: RunReport, unit: string): string[] {
  const { produced, filtered, scored, deadLettered, lost, duplicated } = records;
  const plain = (value: number): string => value.toLocaleString('en-US');
  return [
    `${plain(produced)} ${unit}s produced: ${plain(scored)} scored, ${plain(filtered)} left out by the demo's rule, ` +
      `${plain(deadLettered)} dead-lettered, ${plain(lost)} lost, ${plain(duplicated)} duplicated.`,
    ...(throughput ? [`${plain(Math.round(throughput.recordsPerSecond))} records a second from end to end.`] : []),
    ...(latencyMs
      ? [`Latency from send to prediction: p50 ${latencyMs.p50} ms, p99 ${latencyMs.p99} ms, most ${latencyMs.max} ms.`]
      : []),
    ...(startup ? [`First prediction ${plain(startup.toFirstPredictionMs)} ms after the start.`] : []),
    ...(quality
      ? [`AUC ${quality.auc.toFixed(3)} on the ${plain(quality.n)} predictions whose outcome is known.`]
      : []),
  ];
}
