/** Neurons side by side, inputs or a layer: their values as [N, neurons]. */
export interface Neurons {
  readonly tensor: string;
  /** Columns by the neurons' ids. */
  readonly columns: ReadonlyMap<string, number>;
}
