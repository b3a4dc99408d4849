import { errorCodes } from '#shared/errors';
import { clusterMetrics } from './cluster.js';
import { monitoringMetrics } from './monitoring.js';
import { runMetrics } from './run.js';
import { scorerMetrics } from './scorer.js';

export { scorerMetrics } from './scorer.js';

/** What the process of the page measures. */
export const pageMetrics = { ...runMetrics, ...clusterMetrics, ...monitoringMetrics } as const;

/** Every metric of the kit, defined once: dashboards, rules, docs and their tests are made from this list. */
export const catalogue = { ...pageMetrics, ...scorerMetrics } as const;

/** The label names that metrics use. */
export type LabelName = (typeof catalogue)[keyof typeof catalogue]['labels'][number];

/**
 * What keeps each label's values few, whatever a topic holds: a closed list, or the number of distinct values admitted.
 * What goes beyond is counted under `other`; a gauge of it is not shown.
 */
export const labelBounds: { readonly [N in LabelName]: readonly string[] | number } = {
  reason: errorCodes,
  scorer: 64,
  name: 16,
  version: 64,
  input: 64,
  kind: ['steady', 'seasonal'],
  decision: 16,
  group: 16,
  topic: 64,
  partition: 256,
  window: ['rolling', 'all'],
  drop: ['null', 'expired', 'stale'],
  store: 64,
};
