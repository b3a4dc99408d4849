/** How every input of a run ended, in the words of the run report. */
export interface RunCounts {
  readonly produced: number;
  readonly filtered: number;
  readonly scored: number;
  readonly deadLettered: number;
  readonly lost: number;
  readonly duplicated: number;
}

/** A demo's scored unit: a flight, a customer event, a cell's window, a passenger. */
export interface ScoredUnit<I> {
  /** In the singular, for people: "flight". */
  readonly name: string;
  /** The units that the inputs make. */
  unitIds(inputs: readonly I[]): readonly string[];
  /** The units that must come out of the inputs, by the demo's stated rules: a part of `unitIds`. */
  expectedIds(inputs: readonly I[]): readonly string[];
}

/** A place on a topic. */
export interface Coordinates {
  readonly partition: number;
  readonly offset: number;
}

interface Unit {
  known: boolean;
  expected: boolean;
  predictions: number;
  deadLettered: boolean;
}

/**
 * Counts a run by what lies on its topics, in whatever order they are read: each input must end as a prediction, as one
 * that the demo's rule leaves out, or as a dead letter. The scorer's own counters are never asked.
 */
export class RunAudit<I> {
  readonly #unit: ScoredUnit<I>;
  readonly #remember: number;
  readonly #units = new Map<string, Unit>();
  readonly #nameless = new Map<string, { known: boolean; deadLettered: boolean }>();
  #outstanding = 0;
  readonly #settled = { filtered: 0, scored: 0, deadLettered: 0, duplicated: 0 };

  /** `remember` bounds how many settled units are kept to recognize duplicates: unbounded where a run has an end. */
  constructor(unit: ScoredUnit<I>, { remember = Number.POSITIVE_INFINITY }: { remember?: number } = {}) {
    this.#unit = unit;
    this.#remember = remember;
  }

  /** Inputs seen whose end is not known yet. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** An input that decodes. One that makes no unit, or makes it without an id, is known by its coordinates alone. */
  input(value: I, at: Coordinates): void {
    const ids = this.#unit.unitIds([value]).filter((id) => typeof id === 'string');
    if (ids.length === 0) {
      this.undecodableInput(at);
      return;
    }
    const expected = new Set(this.#unit.expectedIds([value]));
    for (const id of ids) {
      const unit = this.#at(id);
      this.#change(unit, () => {
        unit.known = true;
        unit.expected ||= expected.has(id);
      });
    }
  }

  undecodableInput(at: Coordinates): void {
    const unit = this.#namelessAt(at);
    this.#changeNameless(unit, () => {
      unit.known = true;
    });
  }

  prediction(id: string): void {
    const unit = this.#at(id);
    this.#change(unit, () => {
      unit.predictions += 1;
    });
    this.#forget();
  }

  /** A dead letter; `value` is the decoded input where it decodes. */
  deadLetter(value: I | undefined, at: Coordinates): void {
    const ids = value === undefined ? [] : this.#unit.unitIds([value]).filter((id) => typeof id === 'string');
    if (ids.length === 0) {
      const unit = this.#namelessAt(at);
      this.#changeNameless(unit, () => {
        unit.deadLettered = true;
      });
    }
    for (const id of ids) {
      const unit = this.#at(id);
      this.#change(unit, () => {
        unit.deadLettered = true;
      });
    }
  }

  counts(): RunCounts {
    const { filtered, scored, deadLettered, duplicated } = this.#settled;
    const lost = this.#outstanding;
    return { produced: filtered + scored + deadLettered + lost, filtered, scored, deadLettered, lost, duplicated };
  }

  #at(id: string): Unit {
    const known = this.#units.get(id);
    if (known !== undefined) return known;
    const unit: Unit = { known: false, expected: false, predictions: 0, deadLettered: false };
    this.#units.set(id, unit);
    return unit;
  }

  #namelessAt({ partition, offset }: Coordinates): { known: boolean; deadLettered: boolean } {
    const key = `${partition}:${offset}`;
    const known = this.#nameless.get(key);
    if (known !== undefined) return known;
    const unit = { known: false, deadLettered: false };
    this.#nameless.set(key, unit);
    return unit;
  }

  #change(unit: Unit, change: () => void): void {
    this.#count(unit, -1);
    change();
    this.#count(unit, 1);
  }

  // A unit counts once its input was seen: a prediction can be read before the input that it answers.
  #count({ known, expected, predictions, deadLettered }: Unit, by: number): void {
    if (!known) return;
    if (predictions > 0 && expected) this.#settled.scored += by;
    else if (deadLettered) this.#settled.deadLettered += by;
    else if (expected) this.#outstanding += by;
    else this.#settled.filtered += by;
    this.#settled.duplicated += by * Math.max(0, predictions - (expected ? 1 : 0));
  }

  #changeNameless(unit: { known: boolean; deadLettered: boolean }, change: () => void): void {
    const count = (by: number): void => {
      if (!unit.known) return;
      if (unit.deadLettered) this.#settled.deadLettered += by;
      else this.#outstanding += by;
    };
    count(-1);
    change();
    count(1);
  }

  #forget(): void {
    for (const [id, unit] of this.#units) {
      if (this.#units.size <= this.#remember) return;
      const open = unit.known && unit.expected && unit.predictions === 0 && !unit.deadLettered;
      if (open) return;
      this.#units.delete(id);
    }
  }
}
