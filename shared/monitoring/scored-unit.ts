/** A demo's scored unit: a flight, a customer event, a cell's window, a passenger. */
export interface ScoredUnit<I> {
  /** In the singular, for people: "flight". */
  readonly name: string;
  /**
   * Whether a unit is of several inputs, as a window is of its reports: it is expected when those that are there together
   * make it so, and filtered until then. Otherwise each input is judged alone.
   */
  readonly gathers?: boolean;
  /** The units that the inputs make, or are a part of. */
  unitIds(inputs: readonly I[]): readonly string[];
  /** The units that must come out of the inputs, by the demo's stated rules: a part of `unitIds`. */
  expectedIds(inputs: readonly I[]): readonly string[];
  /** How inputs come too late, where that makes a difference: absent, each counts whenever it comes. */
  readonly lateness?: Lateness<I>;
}

/** A demo's rule for inputs that come behind others of their partition; times are event time, in milliseconds. */
export interface Lateness<I> {
  timeOf(input: I): number;
  /** Whether the rule leaves an input out where `streamTime` is the newest time of its partition up to it. */
  isTooLate(input: I, streamTime: number): boolean;
}

/** What one input asks for. Without ids it is a unit of its own, known by its coordinates. */
export interface Claim {
  readonly ids: readonly string[];
  /** Whether something must come of the id by this input alone, or, where there is none, of the input itself. */
  expects(id?: string): boolean;
}

/** An input of which nothing is known but that it must not get lost. */
const unreadable: Claim = { ids: [], expects: () => true };

/** What an input asks for that comes too late. */
export function nothingOf({ ids }: Claim): Claim {
  return { ids, expects: () => false };
}

/** The units that an input is a part of; none where the demo's rules do not know such values. */
export function unitIdsOf<I>(unit: ScoredUnit<I>, value: I): readonly string[] {
  try {
    return unit.unitIds([value]).filter((id: unknown) => typeof id === 'string');
  } catch {
    // Its scorer makes a dead letter of it.
    return [];
  }
}

/** What an input asks for by the demo's rules, which may meet a value that somebody else wrote by another schema. */
export function claimOf<I>(unit: ScoredUnit<I>, value: I): Claim {
  let ids: readonly unknown[];
  let expected: readonly unknown[];
  try {
    ids = unit.unitIds([value]);
    expected = unit.expectedIds([value]);
  } catch {
    // The demo's rules do not know such values, so its scorer makes a dead letter of it.
    return unreadable;
  }
  // Alone an input of many expects nothing, so nothing would be waited for where it cannot be told what it is a part of.
  if (unit.gathers === true && ids.some((id) => typeof id !== 'string')) return unreadable;
  return {
    ids: ids.filter((id) => typeof id === 'string'),
    expects: (id) => (id === undefined ? expected.length > 0 : expected.includes(id)),
  };
}
