import type { Labelled } from './labelled.js';

/** Labelled predictions that are kept together. */
const A_BLOCK = 16;
const [POSITIVE, DECIDED, SAID_POSITIVE] = [1, 2, 4];

/** The labelled predictions of a version that came last, in blocks of which only the one that changes need be kept anew. */
export class LastLabelled {
  readonly #scores: Float64Array;
  readonly #flags: Uint8Array;
  /** How many ever came. */
  #came: number;

  constructor(limit: number, came = 0) {
    this.#scores = new Float64Array(limit);
    this.#flags = new Uint8Array(limit);
    this.#came = came;
  }

  get came(): number {
    return this.#came;
  }

  get size(): number {
    return Math.min(this.#came, this.#scores.length);
  }

  /** Takes a block that was kept. */
  restore(block: number, kept: readonly number[]): void {
    for (let place = 0; 2 * place < kept.length; place += 1) {
      this.#scores[block * A_BLOCK + place] = kept[2 * place] ?? 0;
      this.#flags[block * A_BLOCK + place] = kept[2 * place + 1] ?? 0;
    }
  }

  /** Puts it in the place of the oldest; gives the block that it is in. */
  add({ score, saidPositive, wasPositive }: Labelled): number {
    const place = this.#came % this.#scores.length;
    this.#came += 1;
    this.#scores[place] = score;
    this.#flags[place] =
      (wasPositive ? POSITIVE : 0) | (saidPositive === null ? 0 : DECIDED) | (saidPositive ? SAID_POSITIVE : 0);
    return Math.floor(place / A_BLOCK);
  }

  /** Score and flags of each in turn. */
  block(block: number): number[] {
    const kept: number[] = [];
    const end = Math.min((block + 1) * A_BLOCK, this.size);
    for (let place = block * A_BLOCK; place < end; place += 1) {
      kept.push(this.#scores[place] ?? 0, this.#flags[place] ?? 0);
    }
    return kept;
  }

  get blocks(): Iterable<number> {
    return Array.from({ length: Math.ceil(this.size / A_BLOCK) }, (_, block) => block);
  }

  /** In no order of time. */
  *all(): Generator<Labelled> {
    for (let place = 0; place < this.size; place += 1) {
      const flags = this.#flags[place] ?? 0;
      yield {
        score: this.#scores[place] ?? 0,
        saidPositive: (flags & DECIDED) === 0 ? null : (flags & SAID_POSITIVE) > 0,
        wasPositive: (flags & POSITIVE) > 0,
      };
    }
  }
}
