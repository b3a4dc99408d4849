import type { LiveView, PredictionFields } from '#shared/dashboard';
import type { ConsumedRecord, RecordHeaders } from '#shared/kafka';
import type { ScorerStatus } from '#shared/monitoring';
import { type AvroSchema, defineTopic, offlineSchemas, type Topic } from '#shared/schema';
import type { DemoDefinition } from './demo-definition.js';
import { RunWatch, type RunWatchOptions } from './run-watch.js';

export interface Input {
  readonly id: string;
  readonly cancelled: boolean;
}

export interface Outcome {
  readonly id: string;
  readonly late: boolean;
}

/** An Avro record of these fields; one whose type is a list may be absent. */
export const record = (name: string, fields: Readonly<Record<string, unknown>>): AvroSchema => ({
  type: 'record',
  name,
  fields: Object.entries(fields).map(([field, type]) => ({
    name: field,
    type,
    ...(Array.isArray(type) && { default: null }),
  })),
});
export const topic = <V>(name: string, schema: AvroSchema): Topic<V> => defineTopic<V>({ name, partitions: 1, schema });

export const predictionFields = {
  id: 'string',
  eventTime: 'long',
  score: 'double',
  decision: ['null', 'string'],
  modelName: 'string',
  modelVersion: 'string',
  scoredAt: 'long',
};
export const topics = {
  input: topic<Input>('demo.inputs', record('Input', { id: 'string', cancelled: 'boolean' })),
  predictions: topic<PredictionFields>('demo.predictions', record('Prediction', predictionFields)),
  outcomes: topic<Outcome>('demo.outcomes', record('Outcome', { id: 'string', late: 'boolean' })),
};
export const dashboard: DemoDefinition<Input, PredictionFields, Outcome>['dashboard'] = {
  title: 'Demo',
  subtitle: 'A demo.',
  eventTimeZone: 'UTC',
  positive: 'late',
  negative: 'on time',
  columns: [],
  outcome: { id: ({ id }) => id, positive: ({ late }) => late, text: ({ late }) => String(late) },
};

export const definition: DemoDefinition<Input, PredictionFields, Outcome> = {
  module: import.meta.url,
  name: 'demo',
  topics,
  scoredUnit: {
    name: 'thing',
    unitIds: (inputs) => inputs.map(({ id }) => id),
    expectedIds: (inputs) => inputs.filter(({ cancelled }) => !cancelled).map(({ id }) => id),
  },
  dashboard,
  modelFolder: new URL('file:///nowhere'),
  buildTopology: () => undefined,
  produce: () => [],
  eventTimeSpeed: 1,
  paceInWords: 'as it comes',
};

export const IN_2013 = Date.UTC(2013, 9, 1);

/** A prediction of this unit. */
export const prediction = (id: string): PredictionFields => ({
  id,
  eventTime: IN_2013,
  score: 0.5,
  decision: null,
  modelName: 'model',
  modelVersion: '1',
  scoredAt: IN_2013,
});

/** A heartbeat. */
export const status: ScorerStatus = {
  instance: 'scorer-1',
  state: 'RUNNING',
  heartbeatAt: 0,
  recordsPerSecond: 0,
  scoredTotal: 0,
  partitions: 1,
  modelName: 'model',
  modelVersion: '1',
  modelSha256: '',
  guarantee: 'exactly_once',
  topology: '',
  modelSince: null,
  modelPublishedAt: null,
  modelPositive: null,
  modelThreshold: null,
  swapsTotal: 0,
  refusalsTotal: 0,
  refusal: null,
  challenger: null,
  unknownCategories: {},
  metrics: [],
  obeys: [],
  tasks: [],
  edges: [],
  failed: [],
};

/** A record as it is put on a topic. */
export interface Sent {
  readonly value: Buffer | null;
  /** Milliseconds since 1970; in 2013 where absent. */
  readonly timestamp?: number;
  readonly headers?: RecordHeaders;
}

type Options = Omit<RunWatchOptions<PredictionFields, Outcome>, 'onWarning' | 'onNews' | 'view'> & {
  readonly view?: LiveView<PredictionFields, Outcome>;
};

/** A RunWatch of a small demo, whose topics lie in memory; they are called `ns.demo.…`. */
export class TestWatch {
  readonly schemas = offlineSchemas();
  readonly warnings: string[] = [];
  readonly watch: RunWatch<Input, PredictionFields, Outcome>;
  readonly #ends = new Map<string, number>();

  constructor(options: Options, demo = definition) {
    const { schemas } = this;
    const topicName = ({ name }: { readonly name: string }): string => `ns.${name}`;
    this.watch = new RunWatch(
      demo,
      { schemas, topicName },
      {
        ...options,
        onWarning: (sentence) => this.warnings.push(sentence),
        onNews: () => undefined,
      },
    );
  }

  /** What writes values of a topic, as its records lie on it. */
  writer<V extends object>(of: Topic<V>): Promise<(value: V) => Buffer> {
    return this.schemas.register(of, `ns.${of.name}`);
  }

  /** Puts records on a topic and lets the watch read them. */
  async lay(name: string, ...sent: readonly Sent[]): Promise<void> {
    const from = this.#ends.get(name) ?? 0;
    const records = sent.map(
      ({ value, timestamp = IN_2013, headers = {} }, i): ConsumedRecord => ({
        topic: `ns.${name}`,
        partition: 0,
        offset: from + i,
        timestamp,
        key: null,
        value,
        headers,
      }),
    );
    const nextOffset = from + sent.length;
    this.#ends.set(name, nextOffset);
    await this.watch.handlers.get(`ns.${name}`)?.({ topic: `ns.${name}`, partition: 0, records, nextOffset });
  }
}
