import { countedAuc } from '../running-auc.js';

/** Steps that are kept together. */
const STEPS_A_BLOCK = 16;
/** Of the 23 binary digits of a float's fraction so many are left out, which leaves 1,024 steps between a power of two and the next. */
const DIGITS_LEFT_OUT = 13;
const SIGN = 0x8000_0000;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Ascending with the score, whatever it is measured in: scores closer than a thousandth of themselves may have the same. */
function stepOf(score: number): number {
  // Adding 0 makes 0 of -0.
  float[0] = score + 0;
  const [pattern = 0] = bits;
  // The bits of floats ascend with them, those of negative ones descend.
  return (pattern >= SIGN ? ~pattern >>> 0 : (pattern | SIGN) >>> 0) >>> DIGITS_LEFT_OUT;
}

/**
 * Scores, counted by steps and class for the AUC of all that ever came: right to some ten-thousandths where scores are as
 * spread as those of the demos. The counts are in blocks, of which only those that change need be kept anew.
 */
export class ScoreCounts {
  /** By block: the negatives of its steps, then the positives. */
  readonly #blocks = new Map<number, number[]>();

  /** Takes a block that was kept. */
  restore(block: number, counts: readonly number[]): void {
    this.#blocks.set(block, [...counts]);
  }

  /** Gives the block that the score was counted in. */
  add(score: number, positive: boolean): number {
    const step = stepOf(score);
    const block = Math.floor(step / STEPS_A_BLOCK);
    const counts = this.#blocks.get(block) ?? Array<number>(2 * STEPS_A_BLOCK).fill(0);
    const place = (step % STEPS_A_BLOCK) + (positive ? STEPS_A_BLOCK : 0);
    counts[place] = (counts[place] ?? 0) + 1;
    this.#blocks.set(block, counts);
    return block;
  }

  block(block: number): readonly number[] {
    return this.#blocks.get(block) ?? [];
  }

  get blocks(): Iterable<number> {
    return this.#blocks.keys();
  }

  /** Undefined unless both classes occur. */
  auc(): number | undefined {
    const ascending = [...this.#blocks].toSorted(([one], [other]) => one - other).map(([, counts]) => counts);
    return countedAuc(
      ascending.flatMap((counts) => counts.slice(0, STEPS_A_BLOCK)),
      ascending.flatMap((counts) => counts.slice(STEPS_A_BLOCK)),
    );
  }
}
