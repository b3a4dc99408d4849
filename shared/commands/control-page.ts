import {
  type Controlled,
  controlView,
  type DashboardPage,
  faultsState,
  type PredictionFields,
} from '#shared/dashboard';
import { MODELS_TOPIC } from '#shared/scoring';
import { controlCommands } from './control-commands.js';
import { ControlWatch } from './control-watch.js';
import type { DemoCluster } from './demo-cluster.js';
import type { DemoDefinition } from './demo-definition.js';
import type { RunWatch } from './run-watch.js';

/** What a page shows of a demo's control topic, and how it writes there. */
interface ControlPage {
  readonly control: NonNullable<DashboardPage['control']>;
  readonly commands: NonNullable<DashboardPage['commands']>;
  readonly faults: () => unknown;
  close(): Promise<void>;
}

/** Begins to follow a demo's control topic for its page; `say` is told where that cannot be done. */
export function createControlPage<I, P extends PredictionFields, O>(
  { name, modelFolder, faults, dashboard: { story = [] } }: DemoDefinition<I, P, O>,
  demo: DemoCluster,
  watch: Pick<RunWatch<unknown, P, O>, 'heardScorers'>,
  { say, resumeBroker }: { readonly say: (sentence: string) => void; readonly resumeBroker?: (() => void) | undefined },
): ControlPage {
  const control = new ControlWatch(name, demo, say);
  const known = (): Controlled => ({
    state: control.state,
    scorers: watch.heardScorers,
    story,
    missing: control.missing,
    ...(faults && { own: { drift: faults.drift.words } }),
    patience: faults?.patience,
    now: Date.now(),
  });
  const modelsTopic = demo.topicName({ name: MODELS_TOPIC });
  const reach = { demo: name, cluster: demo.cluster, modelsTopic, modelFolder, resumeBroker };
  return {
    control: () => controlView(known()),
    commands: controlCommands({ control, story, scorers: () => watch.heardScorers, reach }),
    faults: () => faultsState(known()),
    close: () => control.close(),
  };
}
