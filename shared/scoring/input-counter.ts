import type { InputProfile } from './profile.js';

/** Most rows that are counted from one taking to the next: whether inputs have drifted is seen in far fewer than are scored. */
const MOST_ROWS = 2_000;

type Row = Readonly<Record<string, unknown>>;

/** How many of some rows fall into each bin or category of an input, and what share of the training rows did. */
interface CountedInput {
  readonly expected: readonly number[];
  readonly counts: readonly number[];
}

/** Rows that were counted, by input. */
export interface CountedInputs {
  readonly rows: number;
  readonly inputs: Readonly<Record<string, CountedInput>>;
}

/**
 * Counts how a model's inputs fall into the bins of its card's profile. It begins when the counts are first taken; from one
 * taking to the next it counts 2,000 rows at most: every one, or, where more came the time before, every second, third … on
 * the average.
 */
export class InputCounter {
  readonly #profiles: readonly InputProfile[];
  readonly #random: () => number;
  #counts: number[][];
  /** Rows seen since the last taking. */
  #seen = 0;
  #counted = 0;
  #every = 1;
  /** How many rows are passed over before the next is counted. */
  #ahead = 0;
  #isOn = false;

  /** `random` gives numbers of [0, 1). */
  constructor(profiles: readonly InputProfile[], random: () => number = Math.random) {
    this.#profiles = profiles;
    this.#random = random;
    this.#counts = zeros(profiles);
  }

  add(rows: readonly Row[]): void {
    if (!this.#isOn) return;
    this.#seen += rows.length;
    let at = this.#ahead;
    while (at < rows.length && this.#counted < MOST_ROWS) {
      const row = rows[at];
      if (row !== undefined) this.#count(row);
      // No even steps: rows often come in turn, such as those of cells, and always the same ones would be counted.
      at += 1 + Math.floor(this.#random() * (2 * this.#every - 1));
    }
    this.#ahead = Math.max(0, at - rows.length);
  }

  /** What was counted since the last time; undefined where that is nothing. */
  take(): CountedInputs | undefined {
    const [rows, counts] = [this.#counted, this.#counts];
    this.#isOn = true;
    this.#every = Math.max(1, Math.ceil(this.#seen / MOST_ROWS));
    this.#ahead = 0;
    [this.#seen, this.#counted] = [0, 0];
    if (rows === 0) return undefined;
    this.#counts = zeros(this.#profiles);
    const counted = this.#profiles.map(({ input, expected }, index): [string, CountedInput] => [
      input,
      { expected, counts: counts[index] ?? [] },
    ]);
    return { rows, inputs: Object.fromEntries(counted) };
  }

  #count(row: Row): void {
    this.#counted += 1;
    for (const [index, { input, placeOf }] of this.#profiles.entries()) {
      const counts = this.#counts[index];
      const place = placeOf(row[input]);
      if (counts !== undefined) counts[place] = (counts[place] ?? 0) + 1;
    }
  }
}

const zeros = (profiles: readonly InputProfile[]): number[][] => profiles.map(({ expected }) => expected.map(() => 0));
