import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The client under test, installed in the folder that PLATFORMATIC_KAFKA names: it asks for a newer Node than the project. */
const installed = createRequire(join(process.env.PLATFORMATIC_KAFKA ?? '.', 'package.json'));
export const kafka = await import(pathToFileURL(installed.resolve('@platformatic/kafka')).href);

const [brokers = ''] = process.argv.slice(2);
export const base = { clientId: 'interop', bootstrapBrokers: [brokers], retries: 5, retryDelay: 100 };

export const serializers = kafka.stringSerializers;
export const deserializers = kafka.stringDeserializers;

/** Reads a topic from its beginning, outside of any group's commits, until `count` records are there. */
export async function readAll(topic, count, { isolationLevel = kafka.FetchIsolationLevels.READ_COMMITTED } = {}) {
  const consumer = new kafka.Consumer({ ...base, groupId: `reader-of-${topic}`, deserializers });
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false, isolationLevel });
  const read = [];
  for await (const message of stream) {
    read.push(message);
    if (read.length === count) break;
  }
  await stream.close();
  await consumer.close(true);
  return read;
}

/** Says what was seen: one line of JSON, which the test compares. */
export function report(facts) {
  console.log(JSON.stringify(facts, (_, value) => (typeof value === 'bigint' ? Number(value) : value)));
}
