/** A field's value as it comes in a record; null is missing. */
export type Value = number | string | boolean | null;

/** A record: fields that are absent are missing, too. */
export type Row = Readonly<Record<string, Value>>;

/** What JPMML-Evaluator gives for a row: `error` alone when it refuses the row, otherwise what the model has. */
export interface Answer {
  /** Class and first line of the exception. */
  readonly error?: string;
  readonly target?: Value;
  /** By category. */
  readonly probabilities?: Readonly<Record<string, number | null>>;
  /** By cluster: distances or similarities. */
  readonly affinities?: Readonly<Record<string, number | null>>;
  /** By output field. */
  readonly outputs?: Readonly<Record<string, Value>>;
}
