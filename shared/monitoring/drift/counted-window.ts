import type { BinCounts, InputCounts, RecentInput, RecentInputs } from '../monitoring-topics.js';
import { populationStability } from './population-stability.js';

/** A window moves on by a slice: of so many it is made. */
const SLICES = 20;

type Counts = Readonly<Record<string, readonly number[]>>;

/** Counts of rows that came one after the other. */
export interface Slice {
  /** Ascending in the order in which they came. */
  readonly number: number;
  readonly rows: number;
  readonly inputs: Counts;
}

/** What of a window has changed. */
export interface WindowChange {
  readonly kept: Slice;
  /** The numbers of the slices that are gone. */
  readonly gone: readonly number[];
}

/** The rows of a model version that were counted last: as many as asked for, and a slice more at most. */
export class CountedWindow {
  readonly #limit: number;
  #slices: Slice[] = [];
  #expected: Counts = {};
  #countedAt = 0;

  /** `limit`: rows. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get rows(): number {
    return sumOfRows(this.#slices);
  }

  /** When the newest rows were counted, milliseconds since 1970. */
  get countedAt(): number {
    return this.#countedAt;
  }

  get expected(): Counts {
    return this.#expected;
  }

  get numbers(): readonly number[] {
    return this.#slices.map(({ number }) => number);
  }

  /** Takes what was kept. */
  restore(countedAt: number, expected: Counts, slices: readonly Slice[]): void {
    [this.#countedAt, this.#expected] = [countedAt, expected];
    this.#slices = slices.toSorted((one, other) => one.number - other.number);
  }

  add({ rows, inputs, countedAt }: Pick<InputCounts, 'rows' | 'inputs' | 'countedAt'>): WindowChange {
    this.#countedAt = Math.max(this.#countedAt, countedAt);
    const gone = this.#expect(inputs);
    const last = this.#slices.at(-1);
    const counts = only(inputs, 'counts');
    const grows = last !== undefined && last.rows < this.#limit / SLICES;
    const kept = grows
      ? { number: last.number, rows: last.rows + rows, inputs: summed(last.inputs, counts) }
      : { number: (last?.number ?? gone.at(-1) ?? 0) + 1, rows, inputs: counts };
    if (grows) this.#slices.pop();
    this.#slices.push(kept);
    for (let [oldest] = this.#slices; oldest && this.rows - oldest.rows >= this.#limit; [oldest] = this.#slices) {
      gone.push(oldest.number);
      this.#slices.shift();
    }
    return { kept, gone };
  }

  /** By input: its population stability index. */
  indices(): Readonly<Record<string, number>> {
    return this.#indicesOf(together(this.#slices));
  }

  /** The newest slices that have so many rows together, which is a slice more at most; undefined where there are not so many. */
  recent(rows: number): RecentInputs | undefined {
    let from = this.#slices.length;
    for (let held = 0; held < rows; held += this.#slices[from]?.rows ?? 0) {
      if (from === 0) return undefined;
      from -= 1;
    }
    const newest = this.#slices.slice(from);
    const counts = together(newest);
    const indices = this.#indicesOf(counts);
    const inputs = Object.entries(counts).map(([input, counted]): [string, RecentInput] => [
      input,
      { index: indices[input] ?? 0, expected: this.#expected[input] ?? [], counts: counted },
    ]);
    return { rows: sumOfRows(newest), inputs: Object.fromEntries(inputs) };
  }

  #indicesOf(counts: Counts): Readonly<Record<string, number>> {
    return Object.fromEntries(
      Object.entries(counts).map(([input, counted]) => [
        input,
        populationStability(this.#expected[input] ?? [], counted),
      ]),
    );
  }

  /** What is counted by other bins, as after the same version was published with another card, cannot be added. */
  #expect(inputs: InputCounts['inputs']): number[] {
    const expected = only(inputs, 'expected');
    if (JSON.stringify(expected) === JSON.stringify(this.#expected)) return [];
    const gone = this.#slices.map(({ number }) => number);
    this.#slices = [];
    this.#expected = expected;
    return gone;
  }
}

const only = (inputs: InputCounts['inputs'], part: keyof BinCounts): Counts =>
  Object.fromEntries(Object.entries(inputs).map(([input, counted]) => [input, [...counted[part]]]));

function summed(one: Counts, other: Counts): Counts {
  return Object.fromEntries(
    Object.entries(other).map(([input, counts]) => [
      input,
      counts.map((count, bin) => count + (one[input]?.[bin] ?? 0)),
    ]),
  );
}

const sumOfRows = (slices: readonly Slice[]): number => slices.reduce((sum, { rows }) => sum + rows, 0);

const together = (slices: readonly Slice[]): Counts =>
  slices.reduce<Counts>((sum, { inputs }) => summed(sum, inputs), {});
