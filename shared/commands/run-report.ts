import { rmSync, statSync, writeFileSync } from 'node:fs';
import { KitError } from '#shared/errors';
import type { LatencyHistogram, Quality, RunCounts } from '#shared/monitoring';

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
 * Makes sure, before the run, that the report can be written after it.
 * @throws KitError 'usage' when it cannot.
 */
export function checkReportFile(file: string): void {
  if (file === '-') return;
  try {
    writeFileSync(file, '', { flag: 'a' });
    // What is there after the run is this run's.
    if (statSync(file).isFile()) rmSync(file);
  } catch (error) {
    throw KitError.from(error, 'usage', `The report cannot be written to ${file}`);
  }
}

export function writeReport(report: RunReport, file: string): void {
  const text = `${JSON.stringify(report, null, 2)}\n`;
  if (file === '-') process.stdout.write(text);
  else writeFileSync(file, text);
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
