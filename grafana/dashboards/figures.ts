import { catalogue } from '#shared/metrics';
import type { Queries } from '../panels/promql.js';

/** Records of each demo that none of its groups has committed yet. */
export const totalLag = (of: Queries): string => of.gauge('sum', catalogue.consumerLag, ['demo']);

/** Records of each demo that were written, and whose minute is over, and that nobody has processed. */
export const lostRecords = (of: Queries): string => of.gauge('sum', catalogue.deliveryMissing, ['demo']);

/** The share of records that were more than five minutes of event time behind what their task had seen, by demo. */
export const lateShare = (of: Queries): string =>
  `${of.observationsAbove(300, catalogue.recordLateness, ['demo'])} / ${of.rate(catalogue.recordsProcessed, ['demo'])}`;

/** Partitions of each topic of which counts were lost, and that are audited from a later event time on. */
export const partitionsAuditedLater = (of: Queries): string =>
  `count by (demo, topic) (${of.gauge('max', catalogue.deliverySince, ['demo', 'topic', 'partition'])})`;

/** The latest AUC of the model that serves, less its card's, by demo. */
export function aucAgainstCard(of: Queries): string {
  const now = of.gauge('max', catalogue.qualityAuc, ['demo', 'name', 'version'], { window: 'rolling' });
  return `${now} - ${of.gauge('max', catalogue.cardAuc, ['demo', 'name', 'version'])}`;
}

/** Of what is known of each version of a model, what is of those that serve: `expr` keeps demo, name and version. */
export function ofServing(of: Queries, expr: string): string {
  return `${expr} and on (demo, name, version) ${of.gauge('max', catalogue.modelInfo, ['demo', 'name', 'version'])}`;
}

/**
 * Of each model that serves, the highest drift of an input that is to stay as in training: of those that move with the
 * season none would be the highest otherwise.
 */
export function mostDrift(of: Queries): string {
  return ofServing(of, of.gauge('max', catalogue.inputDrift, ['demo', 'name', 'version'], { kind: 'steady' }));
}

/** Time in the model for a row, by demo. */
export function timePerRow(of: Queries): string {
  return `${of.observed(catalogue.scoringDuration, ['demo'])} / ${of.observed(catalogue.scoringRows, ['demo'])}`;
}
