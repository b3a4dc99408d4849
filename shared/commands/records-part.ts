import type { Command, Peek, RecordsState } from '#shared/dashboard';
import type { SchemaRegistryOptions } from '#shared/schema';
import type { DemoCluster } from './demo-cluster.js';
import type { DemoBasics } from './demo-definition.js';
import { createRecordPeek } from './record-peek.js';
import { createReplay, readReplays } from './replay.js';
import { type Replays, replaysTopic } from './replays.js';

/** The part of a page that is about records. */
export interface RecordsPart {
  readonly peek: Peek;
  /** What its view draws beside the records that it asks for. */
  readonly state: () => RecordsState;
  readonly commands: Readonly<Record<string, Command>>;
}

interface RecordsPartOptions {
  readonly registry: SchemaRegistryOptions;
  readonly run: string | undefined;
  readonly monitoring: boolean;
  readonly replays: Replays;
}

const READ_WITHIN_MS = 5_000;

/** What a page needs to look into a demo's topics, and to send its dead letters again. */
export function createRecordsPart(
  definition: DemoBasics,
  demo: DemoCluster,
  { registry, run, monitoring, replays }: RecordsPartOptions,
): RecordsPart {
  const peek = createRecordPeek(definition, demo, registry);
  let isRead = false;
  // What was sent again before this page was there is of interest only once somebody looks.
  const readOnce = (): void => {
    if (isRead) return;
    isRead = true;
    const topic = demo.topicName(replaysTopic(definition.name));
    readReplays(demo, topic, AbortSignal.timeout(READ_WITHIN_MS))
      .then((before) => {
        for (const replay of before) replays.sent(replay);
      })
      // Whoever looks the next time tries again; who sends a letter is told by the topic itself whether it was sent.
      .catch(() => {
        isRead = false;
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
