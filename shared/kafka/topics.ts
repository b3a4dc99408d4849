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
  await waitForLeaders(
    admin,
    topics.map(({ name }) => name),
  );
}

// In KRaft mode reads right after createTopics answer UNKNOWN_TOPIC_OR_PARTITION for a moment (kafkajs #1222).
async function waitForLeaders(admin: Admin, names: readonly string[]): Promise<void> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [...names] });
      if (topics.every(({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0)))
        return;
    } catch (error) {
      if (Date.now() > deadline) {
        throw KitError.from(error, 'topic-mismatch', `Waiting for leaders of ${names.join(', ')}`);
      }
    }
    if (Date.now() > deadline) {
      throw new KitError(
        'topic-mismatch',
        `The topics ${names.join(', ')} had no leader for every partition within 15 s.`,
      );
    }
    await delay(50);
  }
}

export async function topicEndOffsets(admin: Admin, topics: readonly string[]): Promise<TopicOffsets> {
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
