import type { KitError } from '#shared/errors';

interface Series {
  readonly since: number;
  readonly last: number;
}

/** What says that another instance has a task, or that it is not known what was done: beginning anew may help. */
const PASSING: ReadonlySet<string> = new Set(['producer-fenced', 'cluster-unreachable']);

/** How long tasks fail and are begun anew, each by its name: failures that lie further apart have nothing to do with each other. */
export class FailureSeries {
  readonly #series = new Map<string, Series>();

  constructor(
    private readonly longestMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws the failure where beginning anew would not help, or has not for too long. */
  failed(task: string, failure: KitError): void {
    const now = this.now();
    const before = this.#series.get(task);
    const since = before !== undefined && now - before.last < this.longestMs ? before.since : now;
    this.#series.set(task, { since, last: now });
    if (!PASSING.has(failure.code) || now - since > this.longestMs) throw failure;
  }

  /** It has committed. */
  recovered(task: string): void {
    this.#series.delete(task);
  }
}
