import { z } from 'zod';
import type { FollowedRecord, FollowStep, Peek, PeekedRecord, PredictionFields } from '#shared/dashboard';
import { KitError } from '#shared/errors';
import type { ConsumedRecord } from '#shared/kafka';
import { unitIdsOf } from '#shared/monitoring';
import type { Deserializer } from '#shared/schema';
import type { DemoCluster } from './demo-cluster.js';
import { companionTopics, type DemoDefinition } from './demo-definition.js';
import { readRanges } from './record-ranges.js';
import type { RecordTrail, TrailPlace } from './record-trail.js';
import { featuresTopic, type SampledRow } from './row-sampler.js';

const place = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
const question = z.union([
  z.object({ id: z.string().min(1).max(200) }).strict(),
  z.object({ topic: z.string().min(1).max(249), partition: place, offset: place }).strict(),
]);

interface FollowOptions {
  readonly trail: RecordTrail;
  readonly peek: Pick<Peek, 'records'>;
  /** What the models that serve now call the positive decision. */
  readonly positiveLabels: () => readonly (string | null)[];
}

/**
 * Follows one record, by its id or by where one of its records lies: the input, what the model got of it, what it said, and
 * what came true. Each step is read from its topic; one that is missing says why.
 */
export function createFollow<I, P extends PredictionFields, O>(
  definition: DemoDefinition<I, P, O>,
  demo: DemoCluster,
  { trail, peek, positiveLabels }: FollowOptions,
): Peek['follow'] {
  const { topicName, schemas } = demo;
  const topics = {
    input: topicName(definition.topics.input),
    prediction: topicName(definition.topics.predictions),
    outcome: topicName(definition.topics.outcomes),
    deadLetter: topicName(companionTopics(definition.name).deadLetters),
    features: topicName(featuresTopic(definition.name)),
  };
  const inputs = schemas.deserializer<I>();
  const predictions = schemas.deserializer<P>({ reader: definition.topics.predictions.schema });
  const outcomes = schemas.deserializer<O>({ reader: definition.topics.outcomes.schema });
  const rows = schemas.deserializer<SampledRow>({ reader: featuresTopic(definition.name).schema });
  const samples = createSampleFinder(demo, topics.features, rows);
  const followed = new Set<string>(Object.values(topics));

  const readAt = (topic: string, { partition, offset }: TrailPlace, signal: AbortSignal) =>
    readRecord(demo, topic, { partition, offset }, signal);
  const shown = async (topic: string, at: TrailPlace, signal: AbortSignal): Promise<PeekedRecord | null> => {
    const query = { topic, partition: String(at.partition), from: `offset:${at.offset}`, whole: 'true' };
    return (await peek.records(query, signal)).records[0] ?? null;
  };

  /** Which unit a record belongs to. */
  const idAt = async (topic: string, at: TrailPlace, signal: AbortSignal): Promise<string> => {
    // Before anything is read: whoever asks for another topic has no business there.
    if (!followed.has(topic)) {
      throw new KitError('usage', 'Only inputs, predictions, outcomes and dead letters can be followed.');
    }
    const record = await readAt(topic, at, signal);
    if (record === undefined) throw new KitError('usage', 'There is no such record any more.');
    const [id] = await idsOf(topic, record);
    if (id !== undefined) return id;
    throw new KitError('usage', 'This record is of no unit that can be followed: it has no id.');
  };
  const idsOf = async (topic: string, record: ConsumedRecord): Promise<readonly string[]> => {
    if (topic === topics.features) return record.key === null ? [] : [record.key.toString()];
    if (topic === topics.prediction) return [(await decoded(predictions, record))?.id ?? ''].filter((id) => id !== '');
    if (topic === topics.outcome) {
      const outcome = await decoded(outcomes, record);
      return outcome === undefined ? [] : [definition.dashboard.outcome.id(outcome)];
    }
    const input = await decoded(inputs, record);
    return input === undefined ? [] : unitIdsOf(definition.scoredUnit, input);
  };

  return async (query, signal): Promise<FollowedRecord> => {
    const { success, data } = question.safeParse(query);
    if (!success) throw new KitError('usage', 'A record is followed by its id, or by topic, partition and offset.');
    const id = 'id' in data ? data.id : await idAt(data.topic, data, signal);
    const known = trail.of(id);
    const lastInput = known?.inputs.at(-1);
    const unread = `It is not among the last 20,000 that this page has read.`;
    const [input, sample, prediction, outcome, deadLetter] = await Promise.all([
      lastInput && shown(topics.input, lastInput, signal),
      samples(id, signal),
      known?.prediction && readAt(topics.prediction, known.prediction, signal),
      known?.outcome && readAt(topics.outcome, known.outcome, signal),
      known?.deadLetter && shown(topics.deadLetter, known.deadLetter, signal),
    ]);
    const scored = prediction && (await decoded(predictions, prediction));
    const settled = outcome && (await decoded(outcomes, outcome));
    const [predictionShown, outcomeShown, featuresShown] = await Promise.all([
      prediction ? shown(topics.prediction, prediction, signal) : null,
      outcome ? shown(topics.outcome, outcome, signal) : null,
      sample ? shown(topics.features, sample.record, signal) : null,
    ]);
    // What was not read in time is not missing.
    if (signal.aborted) {
      throw new KitError('cluster-unreachable', 'The time for one look was over before all of it was read: try again.');
    }
    const steps: FollowStep[] = [
      step('input', input ?? null, unread, {
        further: Math.max(0, (known?.inputsRead ?? 0) - 1),
      }),
      ...(deadLetter ? [step('dead-letter', deadLetter, '')] : []),
      step(
        'features',
        featuresShown,
        'Of what the model got about ten rows a second are kept, each while a demo goes step by step: not this one.',
        {
          ...(sample && { value: sample.row.row, reasons: sample.row.reasons }),
        },
      ),
      step(
        'prediction',
        predictionShown,
        deadLetter ? 'None: it could not be scored.' : 'No prediction of it has been read.',
        {
          ...(scored && {
            said: {
              score: scored.score,
              decision: scored.decision,
              model: `${scored.modelName} ${scored.modelVersion}`,
              scoredAt: scored.scoredAt,
            },
          }),
        },
      ),
      step('outcome', outcomeShown, 'No outcome yet.', {
        ...(settled !== undefined && {
          cameTrue: {
            text: definition.dashboard.outcome.text(settled),
            right: isRight(scored, definition.dashboard.outcome.positive(settled)),
          },
        }),
      }),
    ];
    return { id, steps };
  };

  function isRight(scored: P | undefined, isPositive: boolean): boolean | null {
    if (scored === undefined || scored.decision === null) return null;
    const positive = new Set([definition.dashboard.positive, ...positiveLabels()]);
    return positive.has(scored.decision) === isPositive;
  }
}

function step(
  kind: FollowStep['kind'],
  record: PeekedRecord | null,
  missing: string,
  more: Partial<FollowStep> = {},
): FollowStep {
  const none = { further: 0, value: null, reasons: [], said: null, cameTrue: null };
  return { kind, record, missing: record === null ? missing : null, ...none, ...more };
}

async function decoded<V>(deserializer: Deserializer<V>, { value }: ConsumedRecord): Promise<V | undefined> {
  await deserializer.prepare([value]);
  try {
    return deserializer.decode(value);
  } catch (error) {
    if (error instanceof KitError && error.code === 'record-undecodable') return undefined;
    throw error;
  }
}

async function readRecord(
  { cluster }: Pick<DemoCluster, 'cluster'>,
  topic: string,
  { partition, offset }: TrailPlace,
  signal: AbortSignal,
): Promise<ConsumedRecord | undefined> {
  const ends = (await cluster.endOffsets([topic], { isolation: 'read_committed' })).get(topic) ?? [];
  if (offset >= (ends[partition] ?? 0)) return undefined;
  const reader = await cluster.reader({ isolation: 'read_committed', onOutOfRange: 'earliest' });
  try {
    const ranges = [{ topic, partition, from: offset, to: offset + 1 }];
    const keep = { which: 'first', most: 1, mostBytes: 1 } as const;
    return (await readRanges(reader, ranges, keep, signal))[0]?.records[0];
  } finally {
    await reader.close();
  }
}

interface Sample {
  readonly record: ConsumedRecord;
  readonly row: SampledRow;
}

/** Whoever follows a record asks for it again and again, each of several people for one. */
const MOST_SEARCHED = 16;

/**
 * Finds the newest sample of a row: its topic is read through for an id once, and then from where it ended, as one that
 * was not sampled may be yet.
 */
function createSampleFinder(
  { cluster }: Pick<DemoCluster, 'cluster'>,
  topic: string,
  rows: Deserializer<SampledRow>,
): (id: string, signal: AbortSignal) => Promise<Sample | undefined> {
  /** By id, how far the topic has been read through for it, and what was found. */
  const searched = new Map<string, { readonly to: number; readonly sample: Sample | undefined }>();

  const read = async (id: string, from: number, to: number, signal: AbortSignal): Promise<Sample | undefined> => {
    if (from >= to) return undefined;
    const reader = await cluster.reader({ isolation: 'read_committed', onOutOfRange: 'earliest' });
    try {
      const keep = { which: 'last', most: 1, mostBytes: Number.POSITIVE_INFINITY, key: id } as const;
      const record = (await readRanges(reader, [{ topic, partition: 0, from, to }], keep, signal))[0]?.records[0];
      const row = record && (await decoded(rows, record));
      return record === undefined || row === undefined ? undefined : { record, row };
    } finally {
      await reader.close();
    }
  };

  return async (id, signal) => {
    if (!(await cluster.partitionCounts([topic])).has(topic)) return undefined;
    const [begins, ends] = await Promise.all([
      cluster.beginningOffsets([topic]),
      cluster.endOffsets([topic], { isolation: 'read_committed' }),
    ]);
    const begin = begins.get(topic)?.[0] ?? 0;
    const to = ends.get(topic)?.[0] ?? 0;
    const before = searched.get(id);
    // What ends earlier than before is another topic of that name.
    const known = before !== undefined && before.to <= to ? before : { to: begin, sample: undefined };
    const kept = known.sample !== undefined && known.sample.record.offset >= begin ? known.sample : undefined;
    const sample = (await read(id, Math.max(begin, known.to), to, signal)) ?? kept;
    // What was not read in time was not read through.
    if (signal.aborted) return sample;
    searched.delete(id);
    searched.set(id, { to, sample });
    const [oldest] = searched.keys();
    if (searched.size > MOST_SEARCHED && oldest !== undefined) searched.delete(oldest);
    return sample;
  };
}
