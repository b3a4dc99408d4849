import type { Reason } from '#shared/streams';
import type { RowsOfOutput } from './graph-outputs.js';

/** How the reasons of a score are found. */
export interface Explanation {
  /** Where they come from, in a sentence. */
  readonly method: string;
  /** Values of the graph that it needs, beyond the score. */
  readonly tensors: readonly string[];
  /** Takes example rows, such as the golden ones, as what is usual; reasons then say what differs from it. */
  learn?(outputs: ReadonlyMap<string, RowsOfOutput>, rows: number): void;
  /** The inputs that moved the scores of rows, in the order of the rows: of each the strongest first, five unless said. */
  reasons(outputs: ReadonlyMap<string, RowsOfOutput>, rows: number, most?: number): readonly (readonly Reason[])[];
}
