import type { ControlView, PredictionFields } from '#shared/dashboard';
import type { Metrics } from '#shared/metrics';
import type { ScorerStatus } from '#shared/monitoring';
import type { RunWatch } from './run-watch.js';

/** Sets the gauge of how a demo is being played. */
export function refreshPaceGauge(metrics: Metrics, { paused, speed }: Pick<ControlView, 'paused' | 'speed'>): void {
  metrics.productionPace.set(paused ? 0 : speed);
}

/** Sets the gauges of a run and its scorers; what is not known of this moment is left out. */
export function refreshRunGauges(
  metrics: Metrics,
  view: { readonly auc: { readonly value: number | undefined } },
  watch: Pick<RunWatch<unknown, PredictionFields, unknown>, 'scorers' | 'heardScorers' | 'forgetScorers'>,
): void {
  if (view.auc.value !== undefined) metrics.runningAuc.set(view.auc.value);
  watch.forgetScorers();
  const { scorers, heardScorers: heard } = watch;
  // What a process measured that is gone is not so any more.
  metrics.showScorers(new Map(heard.map((status) => [status.instance, status.metrics])));
  for (const gauge of [metrics.scorerUp, metrics.scorerRecordsPerSecond, metrics.scorerPartitions]) gauge.clear();
  metrics.scorerRecordsScored.clear();
  metrics.modelInfo.clear();
  for (const { status } of scorers.values()) {
    const isHeard = heard.includes(status);
    const up = isHeard && status.state === 'RUNNING';
    const labels = { scorer: status.instance };
    metrics.scorerUp.set(up ? 1 : 0, labels);
    metrics.scorerRecordsScored.set(status.scoredTotal, labels);
    // One that is stopped has its partitions until the group misses it: of a silent one nobody knows.
    if (isHeard) metrics.scorerRecordsPerSecond.set(status.recordsPerSecond, labels);
    if (isHeard) metrics.scorerPartitions.set(status.partitions, labels);
    if (up) metrics.modelInfo.set(1, { name: status.modelName, version: status.modelVersion });
  }
  refreshModelGauges(metrics, heard);
}

/** Of all scorers that are heard of together. */
function refreshModelGauges(metrics: Metrics, statuses: readonly ScorerStatus[]): void {
  metrics.challengerCompared.clear();
  metrics.challengerDisagreement.clear();
  metrics.unknownCategories.clear();
  const challengers = statuses.flatMap(({ challenger }) => challenger ?? []);
  for (const { modelName: name, modelVersion: version } of challengers) {
    const same = challengers.filter((other) => other.modelName === name && other.modelVersion === version);
    const compared = same.reduce((sum, each) => sum + each.compared, 0);
    metrics.challengerCompared.set(compared, { name, version });
    if (compared === 0) continue;
    const disagreed = same.reduce((sum, each) => sum + each.disagreed, 0);
    metrics.challengerDisagreement.set(disagreed / compared, { name, version });
  }
  const unknown = new Map<string, number>();
  for (const { unknownCategories } of statuses) {
    for (const [input, count] of Object.entries(unknownCategories)) {
      unknown.set(input, (unknown.get(input) ?? 0) + count);
    }
  }
  for (const [input, count] of unknown) metrics.unknownCategories.set(count, { input });
}
