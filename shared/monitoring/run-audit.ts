import { RecentMap } from './recent-map.js';
import { type Claim, claimOf, nothingOf, type ScoredUnit } from './scored-unit.js';
import { StreamTimes } from './stream-times.js';

/** How every input of a run ended, in the words of the run report. */
export interface RunCounts {
  readonly produced: number;
  readonly filtered: number;
  readonly scored: number;
  readonly deadLettered: number;
  readonly lost: number;
  readonly duplicated: number;
}

/** A place on the main input's topic. */
export interface Coordinates {
  readonly partition: number;
  readonly offset: number;
}

/** A unit with an id: how many inputs make it that are not dead-lettered, and how often it was predicted. */
interface Unit<I> {
  expected: number;
  filtered: number;
  predictions: number;
  /**
   * Where a unit gathers: its inputs by where they lie, undefined for one that came too late. Together they count as one, and
   * are let go when it is scored.
   */
  gathered: Map<string, I | undefined> | undefined;
}

/**
 * Counts a run by what lies on its topics: each input must end as a prediction, as one that the demo's rule leaves out,
 * or as a dead letter. The scorer's own counters are never asked.
 *
 * Inputs of one id are one unit. An input that is dead-lettered, or that has no id, is a unit of its own, known by its
 * coordinates. The topics may be read in any order; the inputs of a partition are told in the order of their offsets, so
 * that two numbers per partition say which were read.
 */
export class RunAudit<I> {
  readonly #unit: ScoredUnit<I>;
  readonly #streamTimes: StreamTimes<I>;
  /** Units that a prediction is expected of. */
  readonly #open = new Map<string, Unit<I>>();
  /** All others that are remembered, those predicted before their input was read among them. */
  readonly #closed: RecentMap<Unit<I>>;
  /** Inputs without an id that must be dead-lettered, by their coordinates. */
  readonly #nameless = new Set<string>();
  readonly #deadLetters: RecentMap<'counted' | 'before its input'>;
  readonly #read = new Map<number, { readonly first: number; last: number }>();
  readonly #settled = { filtered: 0, scored: 0, deadLettered: 0, duplicated: 0 };
  #inputs = 0;
  /** Of these, the ones that make open units. */
  #openInputs = 0;

  /**
   * `remember`: how many settled units, and dead letters, are kept at least to recognize duplicates; it is less than twice
   * as many. Unbounded where a run has an end. What is open is never forgotten.
   */
  constructor(unit: ScoredUnit<I>, { remember = Number.POSITIVE_INFINITY }: { remember?: number } = {}) {
    this.#unit = unit;
    this.#streamTimes = new StreamTimes(unit.lateness);
    this.#closed = new RecentMap(remember);
    this.#deadLetters = new RecentMap(remember);
  }

  /** Units whose input was read and whose end is not known yet. */
  get outstanding(): number {
    return this.#open.size + this.#nameless.size;
  }

  /** Inputs read of which nothing is waited for: as many as units, or several a unit where it gathers. */
  get settledInputs(): number {
    return this.#inputs - this.#openInputs - this.#nameless.size;
  }

  /**
   * An input that decodes. One without an id is filtered where the demo's rule expects nothing of it, and so is one that comes
   * too late by that rule; of a unit of several it is no part.
   */
  input(value: I, at: Coordinates): void {
    const place = keyOf(at);
    const isTooLate = this.#streamTimes.isTooLate(value, at.partition);
    if (this.#isDeadLettered(at, place)) return;
    const claim = claimOf(this.#unit, value);
    if (isTooLate) this.#claim(nothingOf(claim), undefined, place, 1);
    else if (claim.ids.length === 0 && claim.expects()) this.#nameless.add(place);
    else this.#claim(claim, value, place, 1);
  }

  undecodableInput(at: Coordinates): void {
    const place = keyOf(at);
    if (!this.#isDeadLettered(at, place)) this.#nameless.add(place);
  }

  prediction(id: string): void {
    this.#change(id, (unit) => {
      unit.predictions += 1;
    });
  }

  /** A dead letter: where its input lies, and `value`, the decoded input where it decodes. */
  deadLetter(value: I | undefined, at: Coordinates): void {
    const place = keyOf(at);
    // At least once: a scorer that starts again may write it again.
    if (this.#deadLetters.get(place) !== undefined) return;
    const read = this.#read.get(at.partition);
    if (read === undefined || at.offset < read.first || at.offset > read.last) {
      this.#deadLetters.set(place, 'before its input');
      return;
    }
    this.#countDeadLetter(place);
    // The letter holds the value of its input: what that claimed need not be kept for each input.
    if (!this.#nameless.delete(place) && value !== undefined) this.#claim(claimOf(this.#unit, value), value, place, -1);
  }

  counts(): RunCounts {
    const { filtered, scored, deadLettered, duplicated } = this.#settled;
    const lost = this.outstanding;
    return { produced: filtered + scored + deadLettered + lost, filtered, scored, deadLettered, lost, duplicated };
  }

  /** Takes note that an input was read, and tells whether it is known to be dead-lettered. */
  #isDeadLettered({ partition, offset }: Coordinates, place: string): boolean {
    this.#inputs += 1;
    const read = this.#read.get(partition);
    if (read === undefined) this.#read.set(partition, { first: offset, last: offset });
    else read.last = offset;
    const letter = this.#deadLetters.get(place);
    if (letter === 'before its input') this.#countDeadLetter(place);
    return letter !== undefined;
  }

  #countDeadLetter(place: string): void {
    this.#deadLetters.set(place, 'counted');
    this.#settled.deadLettered += 1;
  }

  /** Adds an input's claim, or takes it back. */
  #claim(claim: Claim, value: I | undefined, place: string, by: 1 | -1): void {
    if (claim.ids.length === 0 && !claim.expects()) this.#settled.filtered += by;
    for (const id of claim.ids) {
      const kind = claim.expects(id) ? 'expected' : 'filtered';
      this.#change(id, (unit) => {
        if (this.#unit.gathers === true) this.#gather(id, unit, value, place, by);
        // Nothing is there to take back where the unit was forgotten.
        else unit[kind] = Math.max(0, unit[kind] + by);
      });
    }
  }

  #gather(id: string, unit: Unit<I>, value: I | undefined, place: string, by: 1 | -1): void {
    // Scored by what was there: a report that comes again adds nothing, and what it was made of is no longer known.
    if (unit.expected > 0 && unit.gathered === undefined) return;
    unit.gathered ??= new Map();
    if (by === 1) unit.gathered.set(place, value);
    else unit.gathered.delete(place);
    const inTime = [...unit.gathered.values()].filter((one) => one !== undefined);
    unit.expected = this.#unit.expectedIds(inTime).includes(id) ? 1 : 0;
    unit.filtered = unit.expected === 0 && unit.gathered.size > 0 ? 1 : 0;
  }

  #change(id: string, change: (unit: Unit<I>) => void): void {
    const open = this.#open.get(id);
    const unit: Unit<I> = open ??
      this.#closed.get(id) ?? { expected: 0, filtered: 0, predictions: 0, gathered: undefined };
    this.#count(unit, -1);
    change(unit);
    this.#count(unit, 1);
    if (isOpen(unit)) {
      if (open !== undefined) return;
      this.#closed.delete(id);
      this.#open.set(id, unit);
    } else {
      if (open !== undefined) this.#open.delete(id);
      if (unit.expected > 0) unit.gathered = undefined;
      if (unit.expected + unit.filtered + unit.predictions > 0) this.#closed.set(id, unit);
      else this.#closed.delete(id);
    }
  }

  // A unit counts once its input was seen: a prediction can be read before the input that it answers.
  #count(unit: Unit<I>, by: 1 | -1): void {
    const { expected, filtered, predictions, gathered } = unit;
    if (expected + filtered === 0) return;
    if (isOpen(unit)) this.#openInputs += by * (gathered?.size ?? expected + filtered);
    if (expected === 0) this.#settled.filtered += by;
    else if (!isOpen(unit)) this.#settled.scored += by;
    this.#settled.duplicated += by * Math.max(0, predictions - (expected > 0 ? 1 : 0));
  }
}

function isOpen({ expected, predictions }: Pick<Unit<unknown>, 'expected' | 'predictions'>): boolean {
  return expected > 0 && predictions === 0;
}

function keyOf({ partition, offset }: Coordinates): string {
  return `${partition}:${offset}`;
}
