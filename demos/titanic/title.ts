/**
 * What stands between the first comma of a name and the next full stop: Mr, Mrs (also Mme), Miss (also Mlle and Ms) or
 * Master; whatever else there is, or nothing, is Other. The models were trained on the titles of this rule.
 */
export function titleOf(name: string): string {
  const found = /,([^.]*)\./.exec(name)?.[1]?.trim() ?? '';
  if (found === 'Mme') return 'Mrs';
  if (found === 'Mlle' || found === 'Ms') return 'Miss';
  return ['Mr', 'Mrs', 'Miss', 'Master'].includes(found) ? found : 'Other';
}
