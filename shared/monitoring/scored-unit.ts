/** A demo's scored unit: a flight, a customer event, a cell's window, a passenger. */
export interface ScoredUnit<I> {
  /** In the singular, for people: "flight". */
  readonly name: string;
  /** The units that the inputs make. */
  unitIds(inputs: readonly I[]): readonly string[];
  /** The units that must come out of the inputs, by the demo's stated rules: a part of `unitIds`. */
  expectedIds(inputs: readonly I[]): readonly string[];
}

/** What one input asks for. Without ids it is a unit of its own, known by its coordinates. */
export interface Claim {
  readonly ids: readonly string[];
  /** Whether something must come of the id, or, where there is none, of the input itself. */
  expects(id?: string): boolean;
}

/** An input of which nothing is known but that it must not get lost. */
export const unreadable: Claim = { ids: [], expects: () => true };

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
  return {
    ids: ids.filter((id) => typeof id === 'string'),
    expects: (id) => (id === undefined ? expected.length > 0 : expected.includes(id)),
  };
}
