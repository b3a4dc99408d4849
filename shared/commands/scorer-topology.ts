import { isUtf8 } from 'node:buffer';
import { KitError } from '#shared/errors';
import { projectFile } from '#shared/project-file';
import { defineTopic, type Serializer, type Topic } from '#shared/schema';
import type { Model } from '#shared/scoring';
import {
  type Processor,
  type ProcessorContext,
  type Scored,
  type Serde,
  type StreamRecord,
  StreamsBuilder,
  serdes,
  serdeTopic,
  type Topology,
} from '#shared/streams';

/** What every prediction has; fields as in the demos' predictions. */
export interface CommonPrediction {
  readonly id: string;
  readonly eventTime: number;
  readonly score: number;
  readonly decision: string | null;
  readonly modelName: string;
  readonly modelVersion: string;
  readonly scoredAt: number;
}

/** A topic of predictions as they are registered: `<name>-value`. */
export function predictionsTopic(name: string, partitions: number): Topic<CommonPrediction> {
  return defineTopic({ name, partitions, schema: projectFile('shared/commands/prediction.avsc') });
}

interface ScorerTopics {
  readonly input: string;
  readonly output: string;
  /** Reads the records of the input. */
  readonly records: Serde<object>;
  readonly serialize: Serializer<CommonPrediction>;
}

/** Scores every record; a prediction has the key and the headers of its record, a null key too. */
export function scorerTopology({ input, output, records, serialize }: ScorerTopics, model: Model): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream(serdeTopic<Buffer | null, object | null>({ name: input, key: serdes.bytes, value: records }))
    .mapValues(scorable)
    .score(model)
    .processValues(() => new PredictionMaker())
    .to(
      serdeTopic<Buffer | null, CommonPrediction>({ name: output, key: serdes.bytes, value: predictions(serialize) }),
    );
  return builder.build();
}

function scorable(value: object | null): object {
  if (value !== null) return value;
  throw new KitError('record-unscorable', 'The record has no value (a tombstone); there is nothing to score.');
}

/** A processor, for only that knows where a record lay. */
class PredictionMaker implements Processor<Buffer | null, Scored<object>, Buffer | null, CommonPrediction> {
  #context: ProcessorContext<Buffer | null, CommonPrediction> | undefined;

  init(context: ProcessorContext<Buffer | null, CommonPrediction>): void {
    this.#context = context;
  }

  process({ key, value: scored, timestamp }: StreamRecord<Buffer | null, Scored<object>>): void {
    const { eventTime, score, decision, modelName, modelVersion, scoredAt } = scored;
    const id = key === null ? this.#coordinates() : textOf(key);
    const value = { id, eventTime, score, decision, modelName, modelVersion, scoredAt };
    this.#context?.forward({ key, value, timestamp });
  }

  #coordinates(): string {
    const at = this.#context?.recordMetadata();
    return `${at?.topic}-${at?.partition}-${at?.offset}`;
  }
}

/** A key as text; one that is none by its bytes, so that no two of them have one id. */
function textOf(key: Buffer): string {
  return isUtf8(key) ? key.toString('utf8') : `0x${key.toString('hex')}`;
}

function predictions(serialize: Serializer<CommonPrediction>): Serde<CommonPrediction> {
  return {
    serialize,
    deserialize() {
      throw new KitError('internal', 'Predictions are written, not read.');
    },
  };
}
