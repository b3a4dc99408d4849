import type { ScorerStatus } from '#shared/monitoring';

/** What a scorer had counted at a heartbeat. */
interface Counted {
  readonly at: number;
  readonly edges: readonly number[];
}

/** Rates are taken over the heartbeats of so long. */
export const rateWindowMs = 4_000;

/** How many records a second go along each edge of a topology, by what its scorers count: the sum of those that are heard. */
export class EdgeRates {
  readonly #heard = new Map<string, Counted[]>();

  /** Takes what the scorers that are heard said last; whoever is not among them goes along nowhere any more. */
  observe(heard: readonly Pick<ScorerStatus, 'instance' | 'heartbeatAt' | 'edges'>[]): void {
    const instances = new Set(heard.map(({ instance }) => instance));
    for (const instance of this.#heard.keys()) if (!instances.has(instance)) this.#heard.delete(instance);
    for (const { instance, heartbeatAt: at, edges } of heard) {
      const before = this.#heard.get(instance) ?? [];
      const last = before.at(-1);
      if (last !== undefined && last.at >= at) continue;
      // One that counts less than before is another one under the same name.
      const isSame = last === undefined || edges.every((count, edge) => count >= (last.edges[edge] ?? 0));
      // The newest of those that are too old is where the window begins.
      const from = before.findLastIndex((each) => each.at <= at - rateWindowMs);
      this.#heard.set(instance, [...(isSame ? before.slice(Math.max(0, from)) : []), { at, edges }]);
    }
  }

  /** Records a second along one of the edges; null before two heartbeats were heard. */
  of(edge: number): number | null {
    let sum: number | null = null;
    for (const counted of this.#heard.values()) {
      const [first, last] = [counted[0], counted.at(-1)];
      if (first === undefined || last === undefined || last.at <= first.at) continue;
      const records = (last.edges[edge] ?? 0) - (first.edges[edge] ?? 0);
      sum = (sum ?? 0) + (1_000 * records) / (last.at - first.at);
    }
    return sum;
  }
}
