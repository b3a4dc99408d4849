import type { GoldenRow, ModelCard } from '#shared/scoring';

/** What an importer makes of another tool's file: the parts of a model folder. */
export interface ImportedModel {
  /** An ONNX file that takes the record's raw fields. */
  readonly graph: Uint8Array;
  /** Its card, but for the hash, which is taken when the folder is written. */
  readonly card: Omit<ModelCard, 'sha256'>;
  /** What the user has to look over, a sentence each. */
  readonly notes?: readonly string[];
  /** Rows that the tool itself scored, where its file carries such. */
  readonly golden?: { readonly madeBy: string; readonly tolerance: number; readonly rows: readonly GoldenRow[] };
}
