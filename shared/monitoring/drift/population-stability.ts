/** Shares below count as this much: a bin that is empty on one side would make the index infinite. */
const LEAST_SHARE = 0.0001;

/**
 * The population stability index of an input: the sum over its bins of (actual - expected) * ln(actual / expected), shares
 * of the rows both. Below 0.1 the rows are as in training, above 0.25 they are another population, by a rule of thumb. Where
 * nothing has drifted it is about (bins - 1) / rows, and far above that seldom.
 * A bin without rows counts as if it had half of one.
 * Sources: N. Siddiqi, Credit Risk Scorecards, Wiley 2006; for its distribution B. Yurdakul, Statistical Properties of
 * Population Stability Index, Western Michigan University 2018.
 */
export function populationStability(expected: readonly number[], counts: readonly number[]): number {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  if (rows === 0) return 0;
  const least = Math.max(LEAST_SHARE, 0.5 / rows);
  let index = 0;
  for (const [bin, count] of counts.entries()) {
    const [was, is] = [expected[bin] ?? 0, count / rows];
    if (was === 0 && count === 0) continue;
    const [before, now] = [Math.max(was, LEAST_SHARE), Math.max(is, least)];
    index += (now - before) * Math.log(now / before);
  }
  return index;
}
