import { exactAuc } from './running-auc.js';

/** What a model was worth, on the predictions whose outcome is known. */
export interface Quality {
  /** Area under the ROC curve, ties half. */
  readonly auc: number;
  readonly n: number;
}

/** Joins predictions with the outcomes that arrive hours later, by id, for the figures of a whole run. */
export class RunQuality {
  readonly #waiting = new Map<string, number>();
  readonly #early = new Map<string, boolean>();
  readonly #scores: number[] = [];
  readonly #positives: boolean[] = [];

  /** `maxPending` bounds what waits on either side: a prediction whose outcome never comes is let go, oldest first. */
  constructor(private readonly maxPending = 1_000_000) {}

  prediction(id: string, score: number): void {
    const positive = this.#early.get(id);
    if (positive === undefined) this.#keep(this.#waiting, id, score);
    else {
      this.#early.delete(id);
      this.#pair(score, positive);
    }
  }

  outcome(id: string, positive: boolean): void {
    const score = this.#waiting.get(id);
    if (score === undefined) this.#keep(this.#early, id, positive);
    else {
      this.#waiting.delete(id);
      this.#pair(score, positive);
    }
  }

  /** Undefined until both classes were seen. */
  quality(): Quality | undefined {
    const auc = exactAuc(this.#scores, this.#positives);
    return auc === undefined ? undefined : { auc, n: this.#scores.length };
  }

  #pair(score: number, positive: boolean): void {
    // It ranks nowhere.
    if (Number.isNaN(score)) return;
    this.#scores.push(score);
    this.#positives.push(positive);
  }

  #keep<V>(pending: Map<string, V>, id: string, value: V): void {
    pending.set(id, value);
    if (pending.size > this.maxPending) {
      for (const oldest of pending.keys()) {
        pending.delete(oldest);
        return;
      }
    }
  }
}
