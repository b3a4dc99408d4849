import { cpus, loadavg, totalmem } from 'node:os';

/** The value below which a share of them lies. */
export function at(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
}

/** "12.3  (10.1 – 19.0)": the median, the least and the most. */
export function spread(figures: readonly number[], digits = 0): string {
  const of = (share: number): string => at(figures, share).toFixed(digits);
  return `${of(0.5).padStart(8)}  (${of(0)} – ${of(1)})`;
}

/** The machine in a line. */
export function machine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpu?.model ?? 'unknown processor'}, ${memory} GB, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`;
}

/** What is at hand just now, for whoever waits: not a part of what is found. */
export function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function say(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
