/** How far a group was at a moment: by partition, undefined where it was not known. */
export interface LagSample {
  readonly at: number;
  readonly lag: readonly (number | undefined)[];
  readonly committed: readonly (number | undefined)[];
}

/** What a topic's lag has been of late says. */
export interface LagTrend {
  readonly records: number;
  readonly partitions: readonly (number | null)[];
  /** Records a second. */
  readonly growth: number;
  /** Records that the group has taken a second. */
  readonly taken: number;
  /** Nothing is taken though records wait, or ever more wait. */
  readonly isStuck: boolean;
  /** Partitions of which nothing is taken, where others go on. */
  readonly still: readonly number[];
}

const KEPT_MS = 10_000;
/** Less than that many is no backlog: a commit is on its way. */
const FEW = 20;
/** What did not move for so long stands still: a scorer commits many times a second, or each second. */
const STILL_MS = 4_000;

/** How the lag of a topic goes, from a look each second. */
export class LagCourse {
  readonly #samples: LagSample[] = [];

  observe(sample: LagSample): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && last.at >= sample.at) return;
    this.#samples.push(sample);
    while ((this.#samples[0]?.at ?? sample.at) < sample.at - KEPT_MS) this.#samples.shift();
  }

  get trend(): LagTrend | undefined {
    const last = this.#samples.at(-1);
    const first = this.#samples[0];
    if (first === undefined || last === undefined) return undefined;
    const partitions = last.lag.map((records) => records ?? null);
    const records = total(last.lag);
    const seconds = (last.at - first.at) / 1_000;
    const since = (what: (sample: LagSample) => number): number =>
      seconds < 2 ? 0 : (what(last) - what(first)) / seconds;
    const growth = since(({ lag }) => total(lag));
    const taken = since(({ committed }) => total(committed));
    const from = this.#samples.findLast(({ at }) => at <= last.at - STILL_MS);
    const waiting = partitions.flatMap((lag, partition) => (lag !== null && lag > FEW ? [partition] : []));
    const stands = waiting.filter(
      (partition) => from !== undefined && from.committed[partition] === last.committed[partition],
    );
    const isGrowing = records > FEW && growth > 1 && this.#hasGrownAllAlong(records);
    return {
      records,
      partitions,
      growth,
      taken,
      isStuck: isGrowing || stands.length > 0,
      still: stands.length === waiting.length && taken <= 0 ? [] : stands,
    };
  }

  /** More in each third of the time than in the one before: a lag that goes up and down does not grow. */
  #hasGrownAllAlong(records: number): boolean {
    const samples = this.#samples;
    if (samples.length < 6) return false;
    const third = Math.floor(samples.length / 3);
    const mean = (part: readonly LagSample[]): number =>
      part.reduce((sum, { lag }) => sum + total(lag), 0) / part.length;
    const [early, middle, late] = [
      mean(samples.slice(0, third)),
      mean(samples.slice(third, -third)),
      mean(samples.slice(-third)),
    ];
    return early < middle && middle < late && records > 2 * FEW;
  }
}

function total(numbers: readonly (number | undefined)[]): number {
  return numbers.reduce<number>((sum, number) => sum + (number ?? 0), 0);
}
