import type { Reason } from '#shared/streams';
import type { RowsOfOutput } from './graph-outputs.js';

/** How the reasons of a score are found. */
export interface Explanation {
  /** Where they come from, in a sentence. */
  readonly method: string;
  /** Values of the graph that it needs, beyond the score. */
  readonly tensors: readonly string[];
  /** What each input did to the scores of rows, in the order of the rows; every input that the explanation knows. */
  reasons(outputs: ReadonlyMap<string, RowsOfOutput>, rows: number): readonly (readonly Reason[])[];
}
