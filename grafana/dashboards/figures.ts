import { catalogue } from '#shared/metrics';
import type { Queries } from '../panels/promql.js';

/** Records of each demo that none of its groups has committed yet. */
export const totalLag = (of: Queries): string => of.gauge('sum', catalogue.consumerLag, ['demo']);

/** Records of each demo that were written, and whose minute is over, and that nobody has processed. */
export const lostRecords = (of: Queries): string => of.gauge('sum', catalogue.deliveryMissing, ['demo']);

/** The latest AUC of the model that serves, less its card's, by demo. */
export function aucAgainstCard(of: Queries): string {
  const now = of.gauge('max', catalogue.qualityAuc, ['demo', 'name', 'version'], { window: 'rolling' });
  return `${now} - ${of.gauge('max', catalogue.cardAuc, ['demo', 'name', 'version'])}`;
}

/** Time in the model for a row, by demo. */
export function timePerRow(of: Queries): string {
  return `${of.observed(catalogue.scoringDuration, ['demo'])} / ${of.observed(catalogue.scoringRows, ['demo'])}`;
}
