/** What the board knows of a voyage. */
export interface BoardState {
  /** "14 April 1912, 23:40", and what is written there in the ship's log. */
  readonly when: string;
  readonly what: string;
  /** First class first, women before men. */
  readonly groups: readonly GroupState[];
  /** The champion's, then the challenger's. */
  readonly tallies: readonly TallyState[];
  readonly disagreements: {
    readonly total: number;
    /** Those whose end is known and of whom the champion was right; then the challenger. */
    readonly championRight: number;
    readonly challengerRight: number;
    /** The last ones that something was heard of. */
    readonly newest: readonly DisagreementState[];
  };
}

/** The passengers of a class and a sex, in the order in which they came aboard. */
export interface GroupState {
  readonly name: string;
  /** A letter a passenger: see `markOf`. */
  readonly marks: string;
  /** The places among them of those about whom the two disagree, by their ids. */
  readonly places: Readonly<Record<string, number>>;
  readonly expected: { readonly champion: number; readonly challenger: number };
  readonly known: number;
  readonly saved: number;
}

export interface TallyState {
  readonly role: string;
  readonly model: string;
  readonly right: number;
  readonly known: number;
  /** The same of those whom no model was trained on. */
  readonly heldOutRight: number;
  readonly heldOut: number;
}

export interface DisagreementState {
  readonly id: string;
  readonly name: string;
  readonly person: string;
  readonly champion: Vote;
  readonly challenger: Vote;
  readonly why: string;
  /** Null as long as it is not known. */
  readonly saved: boolean | null;
}

export interface Vote {
  readonly saved: boolean;
  readonly score: string;
}

/** What a mark says: how both voted, the challenger null where it could not, and how it ended, null as long as it is not known. */
export interface Mark {
  readonly champion: boolean;
  readonly challenger: boolean | null;
  readonly saved: boolean | null;
}

const thirds = [null, false, true] as const;
const A = 'a'.charCodeAt(0);

/** A letter from a to r, because there are 1,309 of them in each state of the board. */
export function letterOf({ champion, challenger, saved }: Mark): string {
  return String.fromCharCode(A + Number(champion) + 2 * (thirds.indexOf(challenger) + 3 * thirds.indexOf(saved)));
}

export function markOf(letter: string): Mark {
  const code = letter.charCodeAt(0) - A;
  const third = (value: number): boolean | null => thirds[value] ?? null;
  return { champion: code % 2 === 1, challenger: third(Math.floor(code / 2) % 3), saved: third(Math.floor(code / 6)) };
}
