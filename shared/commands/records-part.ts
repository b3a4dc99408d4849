import type { Command, Peek, PredictionFields, RecordsState } from '#shared/dashboard';
import type { SchemaRegistryOptions } from '#shared/schema';
import type { DemoCluster } from './demo-cluster.js';
import type { DemoDefinition } from './demo-definition.js';
import { createFollow } from './follow.js';
import { createRecordPeek } from './record-peek.js';
import { createReplay, readReplays } from './replay.js';
import { replaysTopic } from './replays.js';
import type { RunWatch } from './run-watch.js';

/** The part of a page that is about records. */
export interface RecordsPart {
  readonly peek: Peek;
  /** What its view draws beside the records that it asks for. */
  readonly state: () => RecordsState;
  readonly commands: Readonly<Record<string, Command>>;
}

interface RecordsPartOptions {
  readonly registry: SchemaRegistryOptions;
  readonly monitoring: boolean;
  /** What is known of the demo from its topics. */
  readonly watch: Pick<RunWatch<unknown, PredictionFields, unknown>, 'run' | 'replays' | 'trail' | 'knownScorers'>;
}

const READ_WITHIN_MS = 5_000;
/** A page that is looked at asks some times a second: what has just been refused would be so again. */
const AGAIN_AFTER_MS = 15_000;

/** What a page needs to look into a demo's topics, and to send its dead letters again. */
export function createRecordsPart<I, P extends PredictionFields, O>(
  definition: DemoDefinition<I, P, O>,
  demo: DemoCluster,
  { registry, monitoring, watch }: RecordsPartOptions,
): RecordsPart {
  const { run, replays, trail } = watch;
  const positiveLabels = () => watch.knownScorers.map(({ modelPositive }) => modelPositive);
  const looking = createRecordPeek(definition, demo, registry);
  const peek = { ...looking, follow: createFollow(definition, demo, { trail, peek: looking, positiveLabels }) };
  let readFrom = Number.NEGATIVE_INFINITY;
  // What was sent again before this page was there is of interest only once somebody looks.
  const readOnce = (): void => {
    if (performance.now() < readFrom) return;
    readFrom = Number.POSITIVE_INFINITY;
    const topic = demo.topicName(replaysTopic(definition.name));
    readReplays(demo, topic, AbortSignal.timeout(READ_WITHIN_MS))
      .then((before) => {
        for (const replay of before) replays.sent(replay);
      })
      // Whoever looks some seconds later tries again; who sends a letter is told by the topic itself whether it was sent.
      .catch(() => {
        readFrom = performance.now() + AGAIN_AFTER_MS;
      });
  };
  return {
    peek,
    state: () => {
      readOnce();
      return { ...peek.topics(), replays: replays.latest };
    },
    commands: { replay: createReplay(definition, demo, { run, monitoring, replays }) },
  };
}
