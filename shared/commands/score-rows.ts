import { KitError } from '#shared/errors';
import type { Model, ModelRow } from '#shared/scoring';
import type { LineSink } from './score-files.js';
import type { ReadRow } from './score-jsonl.js';
import { isFailure, scoreLine } from './score-line.js';

/** How many rows there were, and how many of them were not scored. */
export interface RowCount {
  readonly rows: number;
  readonly failed: number;
}

/**
 * Scores rows in their order, a line for each; the sink is opened when the first rows have been read without an error.
 * @throws KitError of the source, the sink or the model.
 */
export async function scoreRows(
  source: AsyncIterable<ReadRow[]>,
  model: Model,
  openSink: () => Promise<LineSink>,
  signal: AbortSignal,
): Promise<RowCount> {
  let sink: LineSink | undefined;
  let rows = 0;
  let failed = 0;
  for await (const read of source) {
    if (signal.aborted) break;
    sink ??= await openSink();
    let lines = '';
    for (const result of await scored(model, read)) {
      rows += 1;
      const line = scoreLine(rows, result);
      if (isFailure(line)) failed += 1;
      lines += line;
    }
    await sink.write(lines);
  }
  // What had no rows empties the file, too: the lines of nothing are none.
  sink ??= signal.aborted ? undefined : await openSink();
  await sink?.close();
  return { rows, failed };
}

/** One result a row, in order. */
async function scored(model: Model, read: readonly ReadRow[]): Promise<(ModelRow | KitError)[]> {
  const given = read.filter((row) => !(row instanceof KitError));
  const results = await together(model, given);
  if (given.length === read.length) return results;
  let next = 0;
  // As many were scored as were given.
  return read.map((row) => (row instanceof KitError ? row : (results[next++] as ModelRow | KitError)));
}

/** Where the model fails on the rows together, each is tried alone: one of them is not to fail the others. */
async function together(model: Model, rows: readonly object[]): Promise<(ModelRow | KitError)[]> {
  try {
    return await model.score(rows);
  } catch (error) {
    if (rows.length === 1) return [KitError.from(error, 'record-unscorable', 'The model failed on this row')];
    const each: (ModelRow | KitError)[] = [];
    for (const row of rows) each.push(...(await together(model, [row])));
    return each;
  }
}
