import { refusal } from './element.js';
import type { XmlElement } from './xml.js';

/** The greatest float32 below .5: what a class gets that has half and does not win. */
const BELOW_HALF = 0.5 - 2 ** -25;
/** More than the distance between float32 numbers below 1. */
const NUDGE = 1e-7;

/**
 * Makes probabilities and scores of a tree agree: a node names its winner, but what is given out is a probability, from
 * which the winner is read again.
 */
export class Decisions {
  readonly #labels: readonly string[];
  /** Of two labels: the greatest probability with which the second loses, and the least with which it wins. */
  #greatestLost = Number.NEGATIVE_INFINITY;
  #leastWon = Number.POSITIVE_INFINITY;
  #last: XmlElement | undefined;

  constructor(labels: readonly string[]) {
    this.#labels = labels;
  }

  /**
   * The probabilities of a node that its score wins by.
   * @throws KitError 'model-invalid' where another of three labels or more has a greater probability.
   */
  add(node: XmlElement, probabilities: readonly number[], score: string): readonly number[] {
    const winner = this.#labels.indexOf(score);
    const [, second = 0] = probabilities;
    this.#last = node;
    if (this.#labels.length === 2) {
      if (winner === 1) this.#leastWon = Math.min(this.#leastWon, second);
      if (winner === 1) return probabilities;
      const lost = second === 0.5 ? BELOW_HALF : second;
      this.#greatestLost = Math.max(this.#greatestLost, lost);
      return [1 - lost, lost];
    }
    const greatest = Math.max(...probabilities);
    const own = probabilities[winner] ?? 0;
    if (own < greatest) {
      throw refusal(node, `its score is "${score}", but another class has a greater share; this is not understood.`);
    }
    const tied = probabilities.indexOf(greatest) !== winner;
    return tied ? probabilities.map((share, index) => (index === winner ? share + NUDGE : share)) : probabilities;
  }

  /**
   * From which probability on the second of two labels wins; undefined where it is .5.
   * @throws KitError 'model-invalid' where none parts the nodes' scores.
   */
  threshold(): number | undefined {
    if (this.#greatestLost < 0.5 && this.#leastWon >= 0.5) return undefined;
    if (this.#greatestLost < this.#leastWon) {
      if (!Number.isFinite(this.#leastWon)) return 1 + NUDGE;
      if (!Number.isFinite(this.#greatestLost)) return 0;
      return (this.#greatestLost + this.#leastWon) / 2;
    }
    const message = `nodes score against their shares: a class loses with ${this.#greatestLost} and wins with ${this.#leastWon}.`;
    if (this.#last === undefined) return undefined;
    throw refusal(this.#last, message);
  }
}
