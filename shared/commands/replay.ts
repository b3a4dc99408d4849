import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Command } from '#shared/dashboard';
import { KitError } from '#shared/errors';
import type { Cluster, ConsumedRecord, OutgoingRecord, TransactionalProducer } from '#shared/kafka';
import { DeliveryCounter } from '#shared/monitoring';
import { type DeadLetterReason, deadLetterReason } from '#shared/streams';
import { deliveryCounting } from './delivery-counting.js';
import type { DemoCluster } from './demo-cluster.js';
import { companionTopics, type DemoBasics, producedTopics } from './demo-definition.js';
import { preciseNow, SENT_AT_HEADER } from './producer-role.js';
import { readRanges } from './record-ranges.js';
import { REPLAYED_HEADER, type Replay, type Replays, replaysTopic } from './replays.js';
import { RUN_HEADER } from './run-id.js';

const MOST_REPLAYS = 100_000;
const ERROR_HEADERS = '__streams.errors.';
const TRANSACTION_MS = 10_000;

const place = z.object({ partition: z.number().int().min(0), offset: z.number().int().min(0) }).strict();

interface ReplayOptions {
  /** Marks the records of this run; undefined where the page alone is shown. */
  readonly run: string | undefined;
  readonly monitoring: boolean;
  /** Told of what was sent again. */
  readonly replays: Replays;
}

/**
 * Sends a dead letter again, as it was, to where it had come from: `{ partition, offset }` of the letter, which is read here.
 * That it was is written in the same transaction, under an id that one producer has at a time: no letter is sent twice, whoever
 * asks, and when. The answer says where the record lies now.
 */
export function createReplay(
  definition: DemoBasics,
  demo: DemoCluster,
  { run, monitoring, replays }: ReplayOptions,
): Command {
  const { cluster, topicName } = demo;
  return async (body, signal) => {
    const { success, data: at } = place.safeParse(body);
    if (!success) throw new KitError('usage', 'A dead letter is named by its partition and its offset, two numbers.');
    const letter = await letterAt(cluster, topicName(companionTopics(definition.name).deadLetters), at, signal);
    const origin = originOf(letter, new Set(producedTopics(definition).map(topicName)));
    const replay = replayOf(letter, origin);
    const record = recordOf(letter, origin, run);
    const topic = replaysTopic(definition.name);
    const name = topicName(topic);
    await cluster.ensureTopics([
      { name, partitions: topic.partitions, config: { 'cleanup.policy': topic.cleanupPolicy, ...topic.config } },
    ]);
    const serialize = await demo.schemas.register(topic, name);
    const counts = monitoring ? await countsOf(definition, demo, record) : [];
    const transactionalId = topicName({ name: `${definition.name}.replay` });
    // From here on any other one that is sending a letter cannot commit: what is on the topic is all there is.
    const producer = await cluster.transactionalProducer({ transactionalId, timeoutMs: TRANSACTION_MS });
    try {
      await refuseAgain(demo, name, replay, signal);
      const value = serialize(replay);
      await producer.send([
        { topic: name, key: keyOf(origin), value, timestamp: replay.replayedAt },
        record,
        ...counts,
      ]);
      await producer.commit({ groupId: '', offsets: new Map() });
      const to = { topic: origin.topic, partition: origin.partition, offset: writtenAt(producer, origin) };
      replays.sent(replay, to);
      return to;
    } finally {
      await producer.close();
    }
  };
}

/** What was sent again on this cluster so far; none where nothing was yet. */
export async function readReplays(
  { cluster, schemas }: Pick<DemoCluster, 'cluster' | 'schemas'>,
  topic: string,
  signal: AbortSignal,
): Promise<readonly Replay[]> {
  const records = await readAll(cluster, topic, signal);
  const deserializer = schemas.deserializer<Replay>();
  await deserializer.prepare(records.map(({ value }) => value));
  return records.flatMap(({ value }) => {
    try {
      return [deserializer.decode(value)];
    } catch (error) {
      // Somebody else's record says nothing about a letter.
      if (error instanceof KitError && error.code === 'record-undecodable') return [];
      throw error;
    }
  });
}

async function readAll(cluster: Cluster, topic: string, signal: AbortSignal): Promise<readonly ConsumedRecord[]> {
  if (!(await cluster.partitionCounts([topic])).has(topic)) return [];
  const [begins, ends] = await Promise.all([
    cluster.beginningOffsets([topic]),
    cluster.endOffsets([topic], { isolation: 'read_committed' }),
  ]);
  const ranges = (ends.get(topic) ?? []).map((to, partition) => {
    return { topic, partition, from: begins.get(topic)?.[partition] ?? 0, to };
  });
  const reader = await cluster.reader({ isolation: 'read_committed', onOutOfRange: 'earliest' });
  try {
    const keep = { which: 'last', most: MOST_REPLAYS, mostBytes: Number.POSITIVE_INFINITY } as const;
    const read = await readRanges(reader, ranges, keep, signal);
    if (!read.every(({ complete }) => complete)) {
      throw new KitError('cluster-unreachable', `What lies on ${topic} was not read in time: try again.`);
    }
    return read.flatMap(({ records }) => records);
  } finally {
    await reader.close();
  }
}

async function letterAt(
  cluster: Cluster,
  topic: string,
  { partition, offset }: z.infer<typeof place>,
  signal: AbortSignal,
): Promise<ConsumedRecord> {
  const ends = (await cluster.endOffsets([topic], { isolation: 'read_committed' })).get(topic) ?? [];
  const reader = await cluster.reader({ isolation: 'read_committed', onOutOfRange: 'earliest' });
  try {
    const ranges = offset < (ends[partition] ?? 0) ? [{ topic, partition, from: offset, to: offset + 1 }] : [];
    const keep = { which: 'first', most: 1, mostBytes: 1 } as const;
    const letter = (await readRanges(reader, ranges, keep, signal))[0]?.records[0];
    if (letter === undefined) {
      throw new KitError('usage', `There is no dead letter at partition ${partition}, offset ${offset} of ${topic}.`);
    }
    return letter;
  } finally {
    await reader.close();
  }
}

function originOf(letter: ConsumedRecord, inputs: ReadonlySet<string>): DeadLetterReason {
  const origin = deadLetterReason(letter);
  if (origin === undefined) {
    throw new KitError('usage', 'This record has no headers that say where it came from: it cannot be sent back.');
  }
  const { topic, partition, offset } = origin;
  if (!inputs.has(topic) || !Number.isSafeInteger(partition) || !Number.isSafeInteger(offset)) {
    throw new KitError(
      'usage',
      `It came from ${topic.slice(0, 249)}, which is no input of this demo: only what came from ${[...inputs].join(', ')} is sent again.`,
    );
  }
  return origin;
}

/** As it was when it failed: without what the failure has added, and marked as what it is. */
function recordOf(
  letter: ConsumedRecord,
  { topic, partition }: DeadLetterReason,
  run: string | undefined,
): OutgoingRecord & { readonly partition: number } {
  const { key, value, timestamp } = letter;
  const own = Object.entries(letter.headers).filter(([name]) => !name.startsWith(ERROR_HEADERS));
  const headers = {
    ...Object.fromEntries(own),
    // It is sent now, and in this run: its latency and its account are of now.
    ...(letter.headers[SENT_AT_HEADER] !== undefined && { [SENT_AT_HEADER]: preciseNow().toFixed(3) }),
    ...(run !== undefined && { [RUN_HEADER]: run }),
    [REPLAYED_HEADER]: `${letter.partition}@${letter.offset}`,
  };
  return { topic, partition, key, value, timestamp, headers };
}

function replayOf(letter: ConsumedRecord, { topic, partition, offset }: DeadLetterReason): Replay {
  const { key, value, timestamp } = letter;
  const hash = createHash('sha256').update(`${timestamp} ${key?.length ?? -1} ${value?.length ?? -1} `);
  for (const part of [key, value]) if (part !== null) hash.update(part);
  return {
    letterPartition: letter.partition,
    letterOffset: letter.offset,
    topic,
    partition,
    offset,
    fingerprint: hash.digest('hex'),
    replayedAt: Date.now(),
  };
}

/** @throws KitError 'usage' where the record that failed was sent again already, by this letter or by another of it. */
async function refuseAgain(demo: DemoCluster, topic: string, replay: Replay, signal: AbortSignal): Promise<void> {
  const before = (await readReplays(demo, topic, signal)).findLast(
    ({ topic: of, partition, offset, fingerprint }) =>
      of === replay.topic &&
      partition === replay.partition &&
      offset === replay.offset &&
      fingerprint === replay.fingerprint,
  );
  if (before === undefined) return;
  const when = new Date(before.replayedAt).toISOString().replace('T', ' ').slice(0, 19);
  throw new KitError(
    'usage',
    `It was sent again already, at ${when} UTC: a second time it would be counted, and scored, twice.`,
  );
}

async function countsOf(
  definition: DemoBasics,
  demo: DemoCluster,
  record: OutgoingRecord & { readonly partition: number },
): Promise<readonly OutgoingRecord[]> {
  const { audited, counting } = await deliveryCounting(definition, demo);
  if (!audited.has(record.topic)) return [];
  const counter = new DeliveryCounter({ role: 'producer', ...counting });
  counter.count(record);
  return counter.take();
}

function keyOf({ topic, partition, offset }: Pick<Replay, 'topic' | 'partition' | 'offset'>): string {
  return `${topic}/${partition}@${offset}`;
}

function writtenAt(producer: TransactionalProducer, { topic, partition }: DeadLetterReason): number | null {
  const next = producer.written({ topic, partition });
  return next === undefined ? null : next - 1;
}
