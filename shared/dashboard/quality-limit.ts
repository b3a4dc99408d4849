import { alertLimits } from './alert-limits.js';
import type { QualityLimit } from './page/signal-state.js';
import type { Vitals } from './vitals.js';

/** Of the version that serves, its quality of late and below what that is bad; null where no card promises anything. */
export function qualityLimit({ serving }: Pick<Vitals, 'serving'>): QualityLimit | null {
  const found = serving.find(({ auc, promised }) => auc !== null && promised !== null) ?? serving[0];
  if (found === undefined || found.promised === null) return null;
  const { model, auc, promised } = found;
  return { model, auc, promised, badBelow: promised - alertLimits.aucBelowCard };
}
