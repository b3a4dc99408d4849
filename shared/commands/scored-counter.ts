import { KitError } from '#shared/errors';
import type { BatchScorer, ExchangeableScorer } from '#shared/streams';

/** A model that counts the rows that it gave a score: a scorer takes other records, too, which only tell it something. */
export class ScoredCounter<V> implements ExchangeableScorer<V> {
  scoredTotal = 0;
  readonly #model: ExchangeableScorer<V>;
  /** What is counted, and what it is the count of. */
  readonly #acquired = new Map<BatchScorer<V>, BatchScorer<V>>();

  constructor(model: ExchangeableScorer<V>) {
    this.#model = model;
  }

  acquire(): BatchScorer<V> {
    const model = this.#model.acquire();
    const counting: BatchScorer<V> = {
      name: model.name,
      version: model.version,
      score: async (rows) => {
        const scored = await model.score(rows);
        this.scoredTotal += scored.filter((row) => !(row instanceof KitError)).length;
        return scored;
      },
    };
    this.#acquired.set(counting, model);
    return counting;
  }

  release(counting: BatchScorer<V>): void {
    const model = this.#acquired.get(counting);
    this.#acquired.delete(counting);
    if (model !== undefined) this.#model.release(model);
  }
}
