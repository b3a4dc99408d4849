import { type LiveView, PipelineView, type PredictionFields, type SignalBoard } from '#shared/dashboard';
import type { ClusterWatch } from './cluster-watch.js';
import type { DemoDefinition } from './demo-definition.js';
import type { DemoOptions } from './demo-options.js';
import type { RunWatch } from './run-watch.js';

type Signals = SignalBoard['current'];

/** The view of a demo's pipeline, with what it is told by. */
interface PipelinePart<P extends PredictionFields, O> {
  /** Looks how things are, about once a second. */
  look(
    cluster: Pick<ClusterWatch, 'lagOf' | 'silentSince'>,
    view: Pick<LiveView<P, O>, 'totals' | 'vitals'>,
    signals?: Signals,
  ): void;
  /** What is drawn. */
  readonly state: PipelineView['state'];
}

/** `group` is that of the demo's scorers, by which their internal topics are named too. */
export function createPipelinePart<I, P extends PredictionFields, O>(
  { name: demo, topics }: DemoDefinition<I, P, O>,
  { namespace }: Pick<DemoOptions, 'namespace'>,
  watch: Pick<RunWatch<I, P, O>, 'handlers' | 'scorers'>,
  group: string,
): PipelinePart<P, O> {
  const shown = new Set(Array.from(watch.handlers.keys(), (topic) => topic.slice(namespace.length)));
  const pipeline = new PipelineView({ demo, namespace, applicationId: group, input: topics.input.name, shown });
  return {
    look: (cluster, view, signals) =>
      pipeline.observe({
        now: Date.now(),
        scorers: watch.scorers.values(),
        lag: cluster.lagOf(group),
        clusterSilentSince: cluster.silentSince,
        totals: view.totals,
        signals,
        scoringSeconds: view.vitals.scoringSeconds,
      }),
    state: () => pipeline.state(),
  };
}
