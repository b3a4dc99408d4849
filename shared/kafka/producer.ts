import type { IHeaders, Kafka, Message, TopicMessages } from 'kafkajs';
import { KitError } from '#shared/errors';
import { javaPartitioner } from './partitioner.js';
import type { OutgoingRecord } from './records.js';
import { sends } from './sends.js';

/** Writes records; in order per partition as long as each `send` is awaited before the next. */
export interface Producer {
  /** Resolves when every in-sync replica has the records; @throws KitError 'cluster-unreachable' when that failed. */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  close(): Promise<void>;
}

export async function createProducer(kafka: Kafka): Promise<Producer> {
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: javaPartitioner,
  });
  await producer.connect();
  let closed: Promise<void> | undefined;

  return {
    async send(records) {
      for (const together of sends(records)) {
        const topicMessages = groupByTopic(together);
        try {
          await producer.sendBatch({ topicMessages, acks: -1 });
        } catch (error) {
          const topics = topicMessages.map(({ topic }) => topic).join(', ');
          throw KitError.from(error, 'cluster-unreachable', `Writing to ${topics}`);
        }
      }
    },
    close: () => (closed ??= producer.disconnect()),
  };
}

function groupByTopic(records: readonly OutgoingRecord[]): TopicMessages[] {
  const groups = new Map<string, Message[]>();
  for (const record of records) {
    const messages = groups.get(record.topic) ?? [];
    if (messages.length === 0) groups.set(record.topic, messages);
    messages.push({
      key: record.key,
      value: record.value,
      timestamp: String(record.timestamp),
      // Its types leave null out; encodeNullHeaders has it written.
      ...(record.headers && { headers: record.headers as IHeaders }),
      ...(record.partition !== undefined && { partition: record.partition }),
    });
  }
  return Array.from(groups, ([topic, messages]) => ({ topic, messages }));
}
