import { Kafka, logLevel } from 'kafkajs';
import { expect, it, vi } from 'vitest';
import type { OffsetReset } from '#shared/kafka';
import { describeOnEachKafka, type KafkaUnderTest } from '#shared/testing';
import { StreamsBuilder } from '../dsl/streams-builder.js';
import { serdes } from '../serde.js';
import { serdeTopic } from '../topics.js';
import type { ProcessingGuarantee } from './streams-config.js';
import { TestApplication } from './test-application.js';

const topic = (name: string) => serdeTopic<string, string>({ name, key: serdes.string, value: serdes.string });
const [input, other, out] = [topic('in'), topic('other'), topic('out')];

/** Deletes a topic and makes one of the same name. */
async function makeAnew({ brokers }: KafkaUnderTest, topic: string): Promise<void> {
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.deleteTopics({ topics: [topic] });
  // Apache Kafka answers before it has let go of it.
  await vi.waitUntil(async () => !(await admin.listTopics()).includes(topic), 20_000);
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
  await admin.disconnect();
}

function copying() {
  const builder = new StreamsBuilder();
  builder.stream(input).to(out);
  return builder.build();
}

const records = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => ({ key: `k${from + at}`, value: 'v', timestamp: 0 }));

await describeOnEachKafka('an application whose committed offset is out of range', (kafka) => {
  /** Three records are processed and committed; of seven more that come, those before the offset are deleted. */
  async function setUp(name: string, processingGuarantee: ProcessingGuarantee, deletedBefore: number) {
    const test = await TestApplication.open(kafka, name);
    await test.createTopics(1, input, out);
    await test.produce(input, records(0, 3));
    const before = await test.start(copying(), { processingGuarantee });
    await test.readUntil(out, ({ length }) => length === 3);
    await before.close();
    await test.produce(input, records(3, 10));
    await test.cluster.deleteRecords(new Map([[test.fullName(input), [deletedBefore]]]));
    return test;
  }

  it('ends, for nothing is to be left out unseen', async () => {
    await using test = await setUp('none', 'exactly_once', 6);
    const streams = await test.start(copying());
    await expect(streams.finished).rejects.toThrow('at offset 3: the partition has no such offset (any more)');
  });

  it.each(['exactly_once', 'at_least_once'] as const)(
    'goes on with what is there where it was told so, says so, and commits that (%s)',
    async (processingGuarantee) => {
      await using test = await setUp(`earliest-${processingGuarantee}`, processingGuarantee, 6);
      const resets: OffsetReset[] = [];
      const config = {
        processingGuarantee,
        autoOffsetReset: 'earliest' as const,
        onOffsetReset: (reset: OffsetReset) => void resets.push(reset),
      };
      const streams = await test.start(copying(), config);
      const copied = await test.readUntil(out, ({ length }) => length >= 7);
      expect(copied.map(({ key }) => key)).toEqual(['k0', 'k1', 'k2', 'k6', 'k7', 'k8', 'k9']);
      await streams.close();
      const told = [{ topic: test.fullName(input), partition: 0, from: 3, to: 6 }];
      expect(resets).toEqual(told);

      const again = await test.start(copying(), config);
      await test.produce(input, records(10, 11));
      await vi.waitFor(() => expect(again.metrics.processTotal).toBe(1), 20_000);
      expect(resets).toEqual(told);
    },
  );

  it('goes on with a topic that was made anew, of which its offset is beyond the end', async () => {
    await using test = await TestApplication.open(kafka, 'anew');
    await test.createTopics(1, input, out);
    await test.produce(input, records(0, 2));
    const group = `${test.name}.app`;
    const admin = new Kafka({ brokers: [kafka.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.setOffsets({
      groupId: group,
      topic: test.fullName(input),
      partitions: [{ partition: 0, offset: '50' }],
    });
    await admin.disconnect();
    const resets: OffsetReset[] = [];
    const streams = await test.start(copying(), {
      autoOffsetReset: 'earliest',
      onOffsetReset: (reset) => void resets.push(reset),
    });
    const copied = await test.readUntil(out, ({ length }) => length >= 2);
    expect(copied.map(({ key }) => key)).toEqual(['k0', 'k1']);
    await streams.close();
    expect(resets).toEqual([{ topic: test.fullName(input), partition: 0, from: 50, to: 0 }]);
    const committed = await test.cluster.committedOffsets(group, new Map([[test.fullName(input), [0]]]));
    expect(committed.get(test.fullName(input))).toEqual([2]);
  });

  it.each(['exactly_once', 'at_least_once'] as const)(
    'lets go of what waits of a topic that is made anew, and commits where it is in the new one (%s)',
    async (processingGuarantee) => {
      await using test = await TestApplication.open(kafka, `waiting-${processingGuarantee}`);
      await test.createTopics(1, input, other, out);
      await test.produce(input, records(0, 10));
      const builder = new StreamsBuilder();
      builder.stream(input).merge(builder.stream(other)).to(out);
      const resets: OffsetReset[] = [];
      const seen = { rounds: 0 };
      let clock = 0;
      const config = {
        processingGuarantee,
        autoOffsetReset: 'earliest' as const,
        onOffsetReset: (reset: OffsetReset) => void resets.push(reset),
        // All that comes waits for the other topic, until the clock says that this has been for long enough.
        maxTaskIdleMs: 5_000,
        now: () => clock,
        beforePoll: async () => {
          seen.rounds += 1;
        },
      };
      const rounds = async (count: number): Promise<void> => {
        const until = seen.rounds + count;
        await vi.waitUntil(() => seen.rounds >= until, 20_000);
      };
      const streams = await test.start(builder.build(), config);
      await vi.waitUntil(() => streams.metrics.chunkRecords.sum === 10, 20_000);
      await makeAnew(kafka, test.fullName(input));
      await test.produce(input, records(10, 12));
      await vi.waitUntil(() => streams.metrics.chunkRecords.sum === 12, 20_000);
      await rounds(5);
      clock += 5_000;
      const copied = await test.readUntil(out, ({ length }) => length >= 2);
      await streams.close();
      expect(copied.map(({ key }) => key)).toEqual(['k10', 'k11']);
      const told = [{ topic: test.fullName(input), partition: 0, from: 10, to: 0 }];
      expect(resets).toEqual(told);
      const committed = await test.cluster.committedOffsets(`${test.name}.app`, [test.fullName(input)]);
      expect(committed.get(test.fullName(input))).toEqual([2]);
    },
  );
});

await describeOnEachKafka('an application that begins where nothing is committed', (kafka) => {
  it('is told of a partition that has lost its beginning, and of no other', async () => {
    await using test = await TestApplication.open(kafka, 'headless');
    await test.createTopics(2, input, out);
    await test.produce(input, records(0, 40));
    await test.cluster.deleteRecords(new Map([[test.fullName(input), [4, undefined]]]));
    const resets: OffsetReset[] = [];
    await test.start(copying(), { onOffsetReset: (reset) => void resets.push(reset) });
    await test.readUntil(out, ({ length }) => length >= 36);
    expect(resets).toEqual([{ topic: test.fullName(input), partition: 0, from: 0, to: 4 }]);
  });
});
