import type { ChaosOptions, ChaosResult } from './chaos-run.js';

/** Which promises a run has broken, a sentence each; none where all was kept. */
export function brokenPromises(
  { guarantee, records }: Pick<ChaosOptions, 'guarantee' | 'records'>,
  result: ChaosResult,
): string[] {
  const { inputs, verdict, deaths, stalled } = result;
  const { lost, duplicated, unexpected, wrongKeys, examples } = verdict;
  const broken: string[] = [];
  // Acknowledged, and gone when the broker was back.
  if (inputs < records) broken.push(`${records - inputs} inputs lost by the broker.`);
  if (lost > 0) broken.push(`${lost} lost.`);
  if (unexpected > 0) broken.push(`${unexpected} came of inputs that must have no output.`);
  if (guarantee === 'exactly_once') {
    if (duplicated > 0) broken.push(`${duplicated} duplicated.`);
    if (wrongKeys > 0) broken.push(`${wrongKeys} keys of tables differ from a recount.`);
  }
  if (broken.length > 0) broken.push(...examples);
  for (const death of deaths) broken.push(`A scorer died: ${death}`);
  if (stalled !== undefined) broken.push(`The scorers hang:\n${stalled}`);
  return broken;
}
