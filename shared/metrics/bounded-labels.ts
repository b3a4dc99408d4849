import { labelBounds } from './catalogue/index.js';

const beyond = 'other';

/** Keeps the distinct values of each label of a metric within `labelBounds`. */
export class BoundedLabels {
  readonly #seen = new Map<string, Set<string>>();

  /** What goes beyond becomes `other`: for what is counted, so that the whole is right. */
  bound<L extends string>(labels: Readonly<Record<L, string>>): Record<string, string> {
    const bounded: Record<string, string> = {};
    for (const [label, value] of Object.entries<string>(labels)) bounded[label] = this.#value(label, value);
    return bounded;
  }

  /**
   * The labels where none goes beyond, otherwise undefined: for gauges. Values of this moment of several things are no value of
   * `other`: their sum would be none for a date or a share, and the last one set would hide the rest.
   */
  within<L extends string>(labels: Readonly<Record<L, string>>): Record<string, string> | undefined {
    const bounded = this.bound(labels);
    return Object.entries<string>(labels).every(([label, value]) => bounded[label] === value) ? bounded : undefined;
  }

  #value(label: string, value: string): string {
    const bounds: Readonly<Record<string, readonly string[] | number>> = labelBounds;
    const limit = bounds[label] ?? 0;
    if (typeof limit !== 'number') return limit.includes(value) ? value : beyond;
    let seen = this.#seen.get(label);
    if (seen === undefined) {
      seen = new Set();
      this.#seen.set(label, seen);
    }
    if (seen.has(value)) return value;
    if (seen.size >= limit) return beyond;
    seen.add(value);
    return value;
  }
}
