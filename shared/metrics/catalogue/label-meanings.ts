import type { LabelName } from './index.js';

interface LabelMeaning {
  readonly meaning: string;
  /** What OpenTelemetry's semantic conventions call it, where they have it. */
  readonly openTelemetry?: string;
}

/** What labels say; `demo` is on every sample. */
export const labelMeanings: { readonly [N in LabelName | 'demo']: LabelMeaning } = {
  demo: { meaning: 'the demo; of `npm run scorer` its consumer group', openTelemetry: 'service.namespace' },
  scorer: {
    meaning: "the scorer's process, host and number of the process: one that is started again is another one",
    openTelemetry: 'service.instance.id',
  },
  topic: { meaning: 'the topic, by its name on the cluster', openTelemetry: 'messaging.destination.name' },
  partition: { meaning: 'the partition of the topic, from 0', openTelemetry: 'messaging.destination.partition.id' },
  group: { meaning: 'the consumer group', openTelemetry: 'messaging.consumer.group.name' },
  reason: { meaning: 'the error code', openTelemetry: 'error.type' },
  drop: { meaning: 'why an operator passed over a record', openTelemetry: 'error.type' },
  name: { meaning: "the model's name, of its card" },
  version: { meaning: "the model's version, of its card" },
  input: { meaning: 'an input of the model, of its card' },
  kind: {
    meaning:
      'whether an input is to stay as in training, `steady`, or moves with the season, `seasonal`, as the demo says',
  },
  decision: { meaning: 'what the model decided, in the words of its card; `none` where it decides nothing' },
  window: { meaning: 'the latest labelled predictions, or all of them' },
  store: { meaning: 'a store, by its name in the topology' },
};
