import { expect, it, vi } from 'vitest';
import { KitError } from '#shared/errors';
import type { Cluster, PartitionReader } from '#shared/kafka';
import { describeOnEachKafka } from '#shared/testing';
import { StreamsBuilder } from '../dsl/streams-builder.js';
import type { Processor } from '../operators/process.js';
import { serdes } from '../serde.js';
import { serdeTopic } from '../topics.js';
import { TestApplication } from './test-application.js';

const input = serdeTopic<string, string>({ name: 'in', key: serdes.string, value: serdes.string });
const counts = serdeTopic<string, number>({ name: 'counts', key: serdes.string, value: serdes.long });

function counting() {
  const builder = new StreamsBuilder();
  builder.stream(input).groupByKey().count({ store: 'seen' }).toStream().to(counts);
  return builder.build();
}

await describeOnEachKafka('tasks of an instance that is gone', (kafka) => {
  it('are taken over at once, though it has left a transaction open, of which nothing stays', async () => {
    await using test = await TestApplication.open(kafka, 'left-open');
    await test.createTopics(1, input, counts);
    const applicationId = `${test.name}.app`;
    const one = await test.start(counting());
    await test.produce(input, [{ key: 'a', value: 'x', timestamp: 1 }]);
    await test.readUntil(counts, ({ length }) => length === 1);
    await one.close();

    // As a killed instance leaves it: it has committed, and then begun what nobody ends for ten minutes.
    const gone = await test.cluster.transactionalProducer({
      transactionalId: `${applicationId}-gone`,
      timeoutMs: 600_000,
    });
    const changelog = `${applicationId}-seen-changelog`;
    const count = (value: number) => ({
      key: serdes.string.serialize('a'),
      value: serdes.long.serialize(value),
      timestamp: 1,
      partition: 0,
    });
    await gone.commit({ groupId: applicationId, offsets: new Map([[test.fullName(input), [1]]]) });
    await gone.send([
      { topic: changelog, ...count(7) },
      { topic: test.fullName(counts), ...count(7) },
    ]);

    const two = await test.start(counting());
    await test.produce(input, [{ key: 'a', value: 'x', timestamp: 2 }]);
    const read = await test.readUntil(counts, ({ length }) => length === 2);
    expect(read.map(({ value }) => value)).toEqual([1, 2]);
    expect([...two.stores.keyValue<string, number>('seen').all()]).toEqual([['a', 2]]);
    const fenced = gone.commit({ groupId: applicationId, offsets: new Map([[test.fullName(input), [9]]]) });
    await expect(fenced).rejects.toMatchObject({ code: 'producer-fenced' });
  });

  it('are asked for with the group also where nothing was consumed: a punctuation alone is no right to write', async () => {
    await using test = await TestApplication.open(kafka, 'punctuated');
    await test.createTopics(1, input, counts);
    const builder = new StreamsBuilder();
    builder
      .stream(input)
      .process(
        (): Processor<string | null, string, string, number> => ({
          init(context) {
            context.schedule(20, 'wall-clock-time', (timestamp) =>
              context.forward({ key: 'tick', value: 1, timestamp }),
            );
          },
          process: () => undefined,
        }),
      )
      .to(counts);
    await test.start(builder.build());
    await test.readUntil(counts, ({ length }) => length > 2);
    const partitions = new Map([[test.fullName(input), [0]]]);
    await vi.waitFor(async () => {
      const [committer = ''] = await test.cluster.committers(`${test.name}.app`, partitions);
      expect(committer.startsWith(`${test.name}.app-`)).toBe(true);
    }, 10_000);
    expect(await test.cluster.committedOffsets(`${test.name}.app`, partitions)).toEqual(
      new Map([[test.fullName(input), [0]]]),
    );
  });

  it('read anew from what is committed where what they asked for is gone, and end where it is gone again', async () => {
    await using test = await TestApplication.open(kafka, 'out-of-range');
    await test.createTopics(1, input, counts);
    let isGone = false;
    // The real cluster, but for what a successor has deleted behind itself while this instance was stopped.
    const cluster: Cluster = {
      ...test.cluster,
      async reader(options) {
        const reader = await test.cluster.reader(options);
        const poll: PartitionReader['poll'] = async (maxWaitMs) => {
          const chunks = await reader.poll(maxWaitMs);
          if (!isGone) return chunks;
          isGone = false;
          throw new KitError('topic-mismatch', 'Reading in-0 at offset 7: the partition has no such offset.');
        };
        return {
          poll,
          wake: () => reader.wake(),
          seek: (positions) => reader.seek(positions),
          remove: (partitions) => reader.remove(partitions),
          pause: (partitions) => reader.pause(partitions),
          resume: (partitions) => reader.resume(partitions),
          position: (partition) => reader.position(partition),
          knownEnd: (partition) => reader.knownEnd(partition),
          close: () => reader.close(),
        };
      },
    };
    const streams = await test.start(counting(), { cluster });
    const produce = (timestamp: number) => test.produce(input, [{ key: 'a', value: 'x', timestamp }]);
    await produce(1);
    await test.readUntil(counts, ({ length }) => length === 1);
    isGone = true;
    await produce(2);
    const read = await test.readUntil(counts, ({ length }) => length === 2);
    expect([read.map(({ value }) => value), streams.metrics.taskRevivedTotal]).toEqual([[1, 2], 1]);
    isGone = true;
    await expect(streams.finished).rejects.toMatchObject({ code: 'topic-mismatch' });
  });
});
