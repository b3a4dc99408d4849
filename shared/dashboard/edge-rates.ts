import type { ScorerStatus } from '#shared/monitoring';

/** What had been counted at a moment. */
interface Counted {
  readonly at: number;
  readonly counts: readonly number[];
}

/** Rates are taken over so long, as those of the live view. */
export const rateWindowMs = 5_000;
/** A heartbeat comes each second: as of so long ago all have said what they had counted. */
const settledMs = 1_000;

/**
 * A second's part of what counters have risen by, all over the same window: the one that ends a second before `now`, and
 * between two looks as if it had risen evenly. One whose last look is older is taken up to that.
 */
export class CounterRates {
  #counted: readonly Counted[] = [];

  observe(at: number, counts: readonly number[]): void {
    const last = this.#counted.at(-1);
    if (last !== undefined && last.at >= at) return;
    // One that counts less than before is another one under the same name.
    const isSame = last === undefined || counts.every((count, place) => count >= (last.counts[place] ?? 0));
    const from = this.#counted.findLastIndex((each) => each.at <= at - rateWindowMs - 2 * settledMs);
    this.#counted = [...(isSame ? this.#counted.slice(Math.max(0, from)) : []), { at, counts }];
  }

  /** Of the counter at a place; null before two looks. */
  of(place: number, now: number): number | null {
    const [first, last] = [this.#counted[0], this.#counted.at(-1)];
    if (first === undefined || last === undefined || last.at <= first.at) return null;
    const settled = Math.min(last.at, now - settledMs);
    const end = settled > first.at ? settled : last.at;
    const start = Math.max(first.at, end - rateWindowMs);
    return (1_000 * (this.#at(end, place) - this.#at(start, place))) / (end - start);
  }

  #at(moment: number, place: number): number {
    const next = this.#counted.findIndex(({ at }) => at >= moment);
    const [before, after] = [this.#counted[next - 1], this.#counted[next]];
    const reached = after?.counts[place] ?? 0;
    if (before === undefined || after === undefined) return reached;
    const share = (moment - before.at) / (after.at - before.at);
    const had = before.counts[place] ?? 0;
    return had + share * (reached - had);
  }
}

/** How many records a second go along each edge of a topology, by what its scorers count: the sum of those that are heard. */
export class EdgeRates {
  readonly #heard = new Map<string, CounterRates>();

  /** Takes what the scorers that are heard said last; whoever is not among them goes along nowhere any more. */
  observe(heard: readonly Pick<ScorerStatus, 'instance' | 'heartbeatAt' | 'edges'>[]): void {
    const instances = new Set(heard.map(({ instance }) => instance));
    for (const instance of this.#heard.keys()) if (!instances.has(instance)) this.#heard.delete(instance);
    for (const { instance, heartbeatAt, edges } of heard) {
      const rates = this.#heard.get(instance) ?? new CounterRates();
      this.#heard.set(instance, rates);
      rates.observe(heartbeatAt, edges);
    }
  }

  /** Records a second along one of the edges; null before two heartbeats were heard. */
  of(edge: number, now: number): number | null {
    const known = [...this.#heard.values()].map((rates) => rates.of(edge, now)).filter((rate) => rate !== null);
    return known.length === 0 ? null : known.reduce((sum, rate) => sum + rate, 0);
  }
}
