import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Kafka, logLevel } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { projectFile } from '#shared/project-file';
import {
  type BoundProcess,
  downloaded,
  hasClient,
  type JavaProgram,
  java,
  missingFor,
  startBoundProcess,
  startEmbeddedBroker,
} from '#shared/testing';

const project = fileURLToPath(projectFile('shared/embedded/interop/java'));
const sources = ['pom.xml', 'src/main/java/interop/WordCount.java'].map((file) => readFileSync(join(project, file)));
const fingerprint = createHash('sha256').update(Buffer.concat(sources)).digest('hex').slice(0, 12);

/** The word count with one release of Kafka Streams, built by Maven when its sources have changed. */
const wordCount = (kafkaVersion: string): JavaProgram => ({
  name: `a word count in Kafka Streams ${kafkaVersion}`,
  folderName: `word-count-${kafkaVersion}-${fingerprint}`,
  mavenArguments: (folder) => [
    `--file=${join(project, 'pom.xml')}`,
    `-Dkafka.version=${kafkaVersion}`,
    `-Dbuild.folder=${folder}`,
    'process-classes',
  ],
});

const hasCompiler = hasClient('the Java compiler', 'javac', ['-version']);
const whyNot = await missingFor(wordCount('4.3.1'));
if (whyNot !== undefined) {
  if (process.env.CI === 'true') throw new Error(`Kafka Streams is needed with CI=true, and ${whyNot}.`);
  console.warn(`Skipped: Kafka Streams on the embedded broker, because ${whyNot}.`);
}

const lineCount = 20_000;
const lines = Array.from({ length: lineCount }, (_, i) => `w${i % 7} v${i % 11}`);
const deadline = () => AbortSignal.timeout(60_000);

/** How often each word is in the lines. */
const expected = new Map<string, number>();
for (const word of lines.flatMap((line) => line.split(' '))) expected.set(word, (expected.get(word) ?? 0) + 1);
const total = lineCount * 2;

describe.skipIf(!hasCompiler || whyNot !== undefined)('Kafka Streams with exactly_once_v2', () => {
  it.each(['4.3.1', '3.9.2'])(
    'counts every word once, though it is killed in the middle (release %s)',
    async (kafkaVersion) => {
      const built = await downloaded(wordCount(kafkaVersion));
      const stateFolder = mkdtempSync(join(tmpdir(), 'word-count-'));
      const names = ['lines', 'counts'];
      await using broker = await startEmbeddedBroker({ topics: names.map((name) => ({ name, partitions: 2 })) });
      const kafka = new Kafka({ brokers: [broker.address], logLevel: logLevel.ERROR });
      const producer = kafka.producer();
      // It reads committed records only, unless it is asked to read others.
      const consumer = kafka.consumer({ groupId: 'reader', maxWaitTimeInMs: 100 });
      const counts: string[] = [];
      const whenThere: { readonly count: number; readonly resolve: () => void }[] = [];
      const untilThere = (count: number) =>
        new Promise<void>((resolve) => {
          whenThere.push({ count, resolve });
          if (counts.length >= count) resolve();
        });
      const start = (life: string): BoundProcess =>
        startBoundProcess(java, [
          '-Xmx256m',
          '-XX:+UseSerialGC',
          '-XX:TieredStopAtLevel=1',
          '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
          '-cp',
          `${built}/classes:${built}/jars/*`,
          'interop.WordCount',
          broker.address,
          'exactly_once_v2',
          join(stateFolder, life),
        ]);
      let streams = start('first');
      try {
        await consumer.connect();
        await consumer.subscribe({ topic: 'counts', fromBeginning: true });
        await consumer.run({
          eachBatch: async ({ batch }) => {
            for (const { key, value } of batch.messages) counts.push(`${String(key)} ${String(value)}`);
            for (const { count, resolve } of whenThere) if (counts.length >= count) resolve();
          },
        });
        await producer.connect();
        await streams.said(/state RUNNING/, deadline());
        for (let at = 0; at < lineCount; at += 500) {
          await producer.send({ topic: 'lines', messages: lines.slice(at, at + 500).map((value) => ({ value })) });
        }
        await untilThere(total / 20);
        process.kill(streams.pid, 'SIGKILL');
        expect(counts.length).toBeLessThan(total);

        // On another machine, as it were: its store comes back from the changelog.
        streams = start('second');
        await untilThere(total);
        // It ends what it has begun before it leaves; whatever it counted twice would be there then.
        await streams.close(20_000);
        const { offsets } = await endOf(kafka, 'counts');
        const everyCount = [...expected].flatMap(([word, count]) =>
          Array.from({ length: count }, (_, i) => `${word} ${i + 1}`),
        );
        expect(counts.toSorted()).toEqual(everyCount.toSorted());
        // Aborted records and markers are in the log beside what was counted.
        expect(offsets).toBeGreaterThan(total);
        expect(broker.warnings).toEqual([]);
      } finally {
        await streams.close(0);
        await consumer.disconnect();
        await producer.disconnect();
        rmSync(stateFolder, { recursive: true, force: true });
      }
    },
    180_000,
  );
});

/** How many offsets the partitions of a topic have taken together. */
async function endOf(kafka: Kafka, topic: string): Promise<{ readonly offsets: number }> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const partitions = await admin.fetchTopicOffsets(topic);
    return { offsets: partitions.reduce((sum, { high }) => sum + Number(high), 0) };
  } finally {
    await admin.disconnect();
  }
}
