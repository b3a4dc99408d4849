import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster, OutgoingRecord } from '#shared/kafka';
import type { Random } from '#shared/testing';
import { type ChaosInput, type ChaosTopics, PARTITIONS } from '../chaos-topology.js';

export interface FeedOptions {
  readonly records: number;
  readonly durationMs: number;
}

const GROUPS = 97;
const EVENT_TIME_START = 1_380_000_000_000;
const EVENT_TIME_STEP_MS = 25;
const TICK_MS = 50;
const AGAIN_MS = 200;

/**
 * Writes the inputs at an even pace. What a broker that went away may have had is written again, so that an input may be
 * there twice: what is expected of the scorers is read from the topic.
 */
export async function feed(
  cluster: Cluster,
  topics: ChaosTopics,
  random: Random,
  { records, durationMs }: FeedOptions,
): Promise<void> {
  const startedAt = performance.now();
  let producer = await cluster.produce();
  for (let written = 0; written < records; ) {
    const due = Math.min(records, Math.ceil((records * (performance.now() - startedAt)) / durationMs));
    const batch = Array.from({ length: due - written }, (_, index) => inputAt(written + index, topics, random));
    for (let sent = batch.length === 0; !sent; ) {
      try {
        await producer.send(batch);
        sent = true;
      } catch {
        // The broker is down, as it is to be now and then. It comes back, or the run has a deadline.
        await producer.close().catch(() => undefined);
        await delay(AGAIN_MS);
        producer = await cluster.produce().catch(() => producer);
      }
    }
    written = due;
    await delay(TICK_MS);
  }
  await producer.close();
}

/** An input; one of a thousand is a null, one no JSON, one can't be scored. */
function inputAt(number: number, topics: ChaosTopics, random: Random): OutgoingRecord {
  const lane = number % PARTITIONS;
  const dice = Math.floor(random() * 1_000);
  const amount = dice === 0 ? -1 : Math.floor(random() * 100);
  const input: ChaosInput = { id: `input-${number}`, group: `group-${Math.floor(random() * GROUPS)}`, amount, lane };
  const value = dice === 1 ? null : dice === 2 ? Buffer.from('{"id":') : topics.inputs.value.serialize(input);
  const timestamp = EVENT_TIME_START + number * EVENT_TIME_STEP_MS;
  return { topic: topics.inputs.name, key: input.id, value, timestamp, partition: lane };
}
