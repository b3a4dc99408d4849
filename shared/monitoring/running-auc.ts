import { KitError } from '#shared/errors';

const bucketCount = 65_536;

/** A Fenwick tree of counts: add one and sum a prefix, both in 16 steps (P. Fenwick, 1994). */
class CountTree {
  readonly #tree = new Float64Array(bucketCount + 1);
  readonly #counts = new Float64Array(bucketCount);

  add(bucket: number): void {
    this.#counts[bucket] = this.at(bucket) + 1;
    for (let i = bucket + 1; i <= bucketCount; i += i & -i) this.#tree[i] = (this.#tree[i] ?? 0) + 1;
  }

  at(bucket: number): number {
    return this.#counts[bucket] ?? 0;
  }

  /** How many lie in buckets lower than this one. */
  below(bucket: number): number {
    let sum = 0;
    for (let i = bucket; i > 0; i -= i & -i) sum += this.#tree[i] ?? 0;
    return sum;
  }
}

/**
 * The area under the ROC curve so far: the share of (positive, negative) pairs in which the positive has the higher
 * score, ties counting half. Scores of [0, 1] fall into 65,536 buckets, so that scores closer than 1.5e-5 tie;
 * one addition costs the same after ten million records as after ten.
 */
export class RunningAuc {
  readonly #positives = new CountTree();
  readonly #negatives = new CountTree();
  #positiveCount = 0;
  #negativeCount = 0;
  /** Twice the number of pairs won, so that half pairs stay whole numbers. */
  #wonTwice = 0;

  /** Adds one outcome; a score outside [0, 1] counts as the nearer end. Throws `record-unscorable` for NaN. */
  add(score: number, positive: boolean): void {
    if (Number.isNaN(score)) {
      throw new KitError(
        'record-unscorable',
        'adding a score to the running AUC: found NaN, expected a number of [0, 1]',
      );
    }
    const bucket = Math.min(bucketCount - 1, Math.max(0, Math.floor(score * bucketCount)));
    if (positive) {
      this.#wonTwice += 2 * this.#negatives.below(bucket) + this.#negatives.at(bucket);
      this.#positives.add(bucket);
      this.#positiveCount++;
    } else {
      const above = this.#positiveCount - this.#positives.below(bucket) - this.#positives.at(bucket);
      this.#wonTwice += 2 * above + this.#positives.at(bucket);
      this.#negatives.add(bucket);
      this.#negativeCount++;
    }
  }

  /** The AUC so far; undefined until both classes were seen. */
  get value(): number | undefined {
    const pairs = this.#positiveCount * this.#negativeCount;
    return pairs === 0 ? undefined : this.#wonTwice / (2 * pairs);
  }

  /** How many outcomes were added. */
  get n(): number {
    return this.#positiveCount + this.#negativeCount;
  }
}

/** The AUC of all scores at once by ranks (Mann–Whitney U), ties counting half; undefined unless both classes occur. */
export function exactAuc(
  scores: Float64Array | readonly number[],
  positives: ArrayLike<boolean | number>,
): number | undefined {
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  let rankSum = 0;
  let positiveCount = 0;
  for (let start = 0; start < order.length; ) {
    const score = scores[order[start] ?? 0];
    let end = start;
    let positivesHere = 0;
    while (end < order.length && scores[order[end] ?? 0] === score) {
      if (positives[order[end] ?? 0]) positivesHere++;
      end++;
    }
    // Ranks count from 1; equal scores share the mean of the ranks that they take up together.
    rankSum += (positivesHere * (start + 1 + end)) / 2;
    positiveCount += positivesHere;
    start = end;
  }
  const negativeCount = scores.length - positiveCount;
  if (positiveCount === 0 || negativeCount === 0) return undefined;
  return (rankSum - (positiveCount * (positiveCount + 1)) / 2) / (positiveCount * negativeCount);
}

/**
 * The AUC of scores that were counted: how many negatives and positives have a score of each step, the lowest first, as many
 * steps of both. Scores of one step tie, half. Undefined unless both classes occur.
 */
export function countedAuc(negatives: readonly number[], positives: readonly number[]): number | undefined {
  let [negativesBelow, positiveCount, won] = [0, 0, 0];
  for (const [step, here] of negatives.entries()) {
    const positivesHere = positives[step] ?? 0;
    won += positivesHere * (negativesBelow + here / 2);
    negativesBelow += here;
    positiveCount += positivesHere;
  }
  const pairs = negativesBelow * positiveCount;
  return pairs === 0 ? undefined : won / pairs;
}
