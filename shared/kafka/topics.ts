import { setTimeout as delay } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { KitError } from '#shared/errors';
import type { TopicOffsets } from './records.js';

/** A topic to be created when it is missing. */
export interface TopicRequest {
  readonly name: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

export async function createTopics(admin: Admin, topics: readonly TopicRequest[]): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = topics.filter(({ name }) => !existing.has(name));
  if (missing.length > 0) {
    try {
      // Forty people starting at once race for the same topics: kafkajs takes TOPIC_ALREADY_EXISTS for an answer.
      await admin.createTopics({
        waitForLeaders: false,
        topics: missing.map(({ name, partitions, config }) => ({
          topic: name,
          numPartitions: partitions,
          // The broker's default: a production cluster says three, a laptop one.
          replicationFactor: -1,
          configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
        })),
      });
    } catch (error) {
      throw KitError.from(error, 'topic-mismatch', `Creating the topics ${missing.map(({ name }) => name).join(', ')}`);
    }
  }
  await untilServed(
    admin,
    topics.map(({ name }) => name),
  );
}

const SERVED_WITHIN_MS = 15_000;

// In KRaft mode a topic is in the metadata a moment before its leaders serve it: they refuse it as unknown (kafkajs #1222)
// or not theirs. kafkajs does not ask for end offsets again then; and of a send that some partitions refused it repeats
// the whole, so that the others have their records twice. Leaders that say where a partition ends take records, too.
async function untilServed(admin: Admin, names: readonly string[]): Promise<void> {
  const deadline = Date.now() + SERVED_WITHIN_MS;
  for (;;) {
    let refusal: unknown = new Error('a partition had no leader');
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [...names] });
      if (topics.every(({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0))) {
        await topicEndOffsets(admin, names);
        return;
      }
    } catch (error) {
      refusal = error;
    }
    if (Date.now() > deadline) {
      throw new KitError(
        'topic-mismatch',
        `Waiting for the leaders of ${names.join(', ')}: they do not serve them after ${SERVED_WITHIN_MS / 1_000} s ` +
          `(${KitError.from(refusal).message}).`,
        { cause: refusal },
      );
    }
    await delay(50);
  }
}

async function topicEndOffsets(admin: Admin, topics: readonly string[]): Promise<TopicOffsets> {
  const entries = await Promise.all(
    topics.map(async (topic) => {
      const partitions = await admin.fetchTopicOffsets(topic);
      const ends: number[] = [];
      for (const { partition, high } of partitions) ends[partition] = Number(high);
      return [topic, ends] as const;
    }),
  );
  return new Map(entries);
}
