import { labelBounds } from './catalogue/index.js';

const beyond = 'other';

/** Keeps the distinct values of each label of a metric within `labelBounds`; what goes beyond becomes `other`. */
export class BoundedLabels {
  readonly #seen = new Map<string, Set<string>>();

  bound<L extends string>(labels: Record<L, string>): Record<string, string> {
    const bounded: Record<string, string> = {};
    for (const [label, value] of Object.entries<string>(labels)) bounded[label] = this.#value(label, value);
    return bounded;
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
