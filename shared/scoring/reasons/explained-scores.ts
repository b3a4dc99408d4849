import { KitError } from '#shared/errors';
import type { GraphBuilder } from '#shared/onnx';
import { loadModelFiles } from '../load-model.js';

/** For tests: rows scored with their reasons. */
export interface ExplainedScores {
  readonly scores: readonly number[];
  /** By row and input; inputs that did nothing are left out. */
  readonly reasons: readonly Readonly<Record<string, number>>[];
  readonly explainedBy: string | undefined;
  /** Why reasons are missing. */
  readonly notices: readonly string[];
}

/** For tests: what a graph says of rows, and why; `usual` rows are its golden ones. At most five inputs are seen. */
export async function explainedScores(
  graph: GraphBuilder,
  card: object,
  rows: readonly object[],
  usual: readonly object[] = [],
): Promise<ExplainedScores> {
  const notices: string[] = [];
  const golden = usual.map((input) => ({ input, score: 0 }));
  const files = {
    graph: Buffer.from(graph.toBytes()),
    card: JSON.stringify({ name: 'test', version: '1', ...card }),
    golden: golden.length > 0 ? JSON.stringify({ tolerance: 1e9, rows: golden }) : undefined,
  };
  const onNotice = (sentence: string): unknown => sentence.includes('without reasons') && notices.push(sentence);
  const model = await loadModelFiles(files, 'the test', { reasons: true, onNotice });
  try {
    const scored = (await model.score(rows)).map((row) => {
      if (row instanceof KitError) throw row;
      return row;
    });
    return {
      scores: scored.map(({ score }) => score),
      reasons: scored.map(({ reasons = [] }) =>
        Object.fromEntries(reasons.map(({ name, contribution }) => [name, contribution])),
      ),
      explainedBy: model.explainedBy,
      notices,
    };
  } finally {
    await model.close();
  }
}

export const sumOf = (reasons: Readonly<Record<string, number>> = {}): number =>
  Object.values(reasons).reduce((sum, contribution) => sum + contribution, 0);

export const logOdds = (probability: number): number => Math.log(probability / (1 - probability));
