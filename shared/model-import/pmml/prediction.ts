import type { Ops } from './ops.js';

/** A number: doubles of shape [N, 1], NaN where there is none. */
interface Regression {
  readonly kind: 'regression';
  readonly value: string;
  /** Inputs without which there is no prediction. */
  readonly needs?: readonly string[];
}

/** A probability of each label: doubles of shape [N, labels], NaN where there is no prediction. The most probable wins. */
export interface Classification {
  readonly kind: 'classification';
  readonly labels: readonly string[];
  readonly probabilities: string;
  /** Of two labels, from which probability on the second one wins, where it is not .5. */
  readonly threshold?: number;
  /** Set where the numbers need not sum to 1, so that of two labels .5 is no border between them. */
  readonly sumIsFree?: true;
  readonly needs?: readonly string[];
}

/** A distance to each cluster: doubles of shape [N, clusters]. The nearest wins. */
interface Clustering {
  readonly kind: 'clustering';
  readonly labels: readonly string[];
  readonly distances: string;
  readonly needs?: readonly string[];
}

export type Prediction = Regression | Classification | Clustering;

/** Columns in another order: those of `from` as they stand in `to`; a label that is only in `to` has the probability 0. */
export function inOrder(ops: Ops, matrix: string, from: readonly string[], to: readonly string[]): string {
  if (from.length === to.length && from.every((label, index) => label === to[index])) return matrix;
  return ops.columns(
    to.map((label) => {
      const index = from.indexOf(label);
      return index === -1 ? ops.number(0) : ops.column(matrix, index);
    }),
  );
}

/** The winning label's index, as int64 of shape [N, 1]; where nothing is predicted, any. */
export function winnerOf(ops: Ops, { probabilities, threshold, labels }: Classification): string {
  if (labels.length === 2) {
    const second = ops.node('GreaterOrEqual', [ops.column(probabilities, 1), ops.number(threshold ?? 0.5)]);
    return ops.node('Cast', [second], { to: { int: 7 } });
  }
  return ops.node('ArgMax', [probabilities], { axis: { int: 1 }, keepdims: { int: 1 } });
}
