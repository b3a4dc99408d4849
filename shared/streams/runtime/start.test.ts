import { expect, it, vi } from 'vitest';
import { defineTopic } from '#shared/schema';
import { describeOnEachKafka } from '#shared/testing';
import { StreamsBuilder } from '../dsl/streams-builder.js';
import { serdes } from '../serde.js';
import { serdeTopic } from '../topics.js';
import { TestApplication } from './test-application.js';

const topic = (name: string) => serdeTopic<string, string>({ name, key: serdes.string, value: serdes.string });
const [left, right, out] = [topic('left'), topic('right'), topic('out')];

function joined() {
  const builder = new StreamsBuilder();
  builder
    .stream(left)
    .join(builder.table(right), (a, b) => a + b, { named: 'pair' })
    .to(out);
  return builder.build();
}

await describeOnEachKafka('an application that starts', (kafka) => {
  it('says which topic is missing, and who needs it', async () => {
    await using test = await TestApplication.open(kafka, 'missing');
    await test.createTopics(1, left, out);
    await expect(test.start(joined())).rejects.toThrow(
      `The topic ${test.name}.right, which the operator KSTREAM-SOURCE-0000000001 reads, is not on the cluster. Create it`,
    );
    await test.createTopics(1, right);
    const builder = new StreamsBuilder();
    builder.stream(left).to(topic('nowhere'), 'last');
    await expect(test.start(builder.build())).rejects.toThrow(
      `The topic ${test.name}.nowhere, which the operator last writes, is not on the cluster.`,
    );
  });

  it('says which topics do not fit together, and what would help', async () => {
    await using test = await TestApplication.open(kafka, 'uneven');
    await test.createTopics(2, left, out);
    await test.createTopics(3, right);
    await expect(test.start(joined())).rejects.toThrow(
      `The operator pair needs topics with the same number of partitions: ${test.name}.left has 2, ${test.name}.right has 3. ` +
        'Send the one with fewer through repartition({ partitions: 3 }) before, or look it up as a global table.',
    );
    const builder = new StreamsBuilder();
    builder
      .stream(left)
      .repartition({ partitions: 3, named: 'wider' })
      .join(builder.table(right), (a, b) => a + b)
      .to(out);
    await test.start(builder.build());
    const repartitioned = `${test.name}.app-wider-repartition`;
    expect(await test.cluster.partitionCounts([repartitioned])).toEqual(new Map([[repartitioned, 3]]));
  });

  it('gives a repartition topic the partitions of what it is joined with', async () => {
    await using test = await TestApplication.open(kafka, 'even');
    await test.createTopics(2, left, out);
    await test.createTopics(5, right);
    const builder = new StreamsBuilder();
    builder
      .stream(left)
      .selectKey((_key, value) => value)
      .join(builder.table(right), (a, b) => a + b, { named: 'pair' })
      .to(out);
    await test.start(builder.build());
    const repartitioned = `${test.name}.app-pair-repartition`;
    expect(await test.cluster.partitionCounts([repartitioned])).toEqual(new Map([[repartitioned, 5]]));
  });

  it('says that its internal topics are of another shape than it needs', async () => {
    await using test = await TestApplication.open(kafka, 'stale');
    await test.createTopics(2, left, out);
    await test.cluster.ensureTopics([{ name: `${test.name}.app-seen-changelog`, partitions: 1, config: {} }]);
    const builder = new StreamsBuilder();
    builder.stream(left).groupByKey().count({ store: 'seen' });
    await expect(test.start(builder.build())).rejects.toThrow(
      `The internal topic ${test.name}.app-seen-changelog has 1 partitions, but the topology needs 2`,
    );
  });

  it('says that the dead-letter topic is missing', async () => {
    await using test = await TestApplication.open(kafka, 'no-letters');
    await test.createTopics(1, left, right, out);
    await expect(test.start(joined(), { deadLetterTopic: { name: 'letters' } })).rejects.toMatchObject({
      code: 'topic-mismatch',
      message: expect.stringContaining(
        `The topic ${test.name}.letters, which is to take records that fail (\`deadLetterTopic\`), is not on the cluster.`,
      ),
    });
  });

  it('waits for nobody’s transaction, and counts what does not decode apart from what has no key', async () => {
    await using test = await TestApplication.open(kafka, 'global');
    const numbers = serdeTopic<string, number>({ name: 'right', key: serdes.string, value: serdes.integer });
    await test.createTopics(1, left, right, out);
    await test.produce(right, [
      { key: 'a', value: 'four', timestamp: 0 },
      { key: 'b', value: 'no integer', timestamp: 0 },
      { key: null, value: 'four', timestamp: 0 },
    ]);
    const transactionalId = kafka.unique('somebody');
    const somebody = await test.cluster.transactionalProducer({ transactionalId, timeoutMs: 60_000 });
    await somebody.send([{ topic: test.fullName(right), key: 'c', value: serdes.integer.serialize(7), timestamp: 0 }]);
    const builder = new StreamsBuilder();
    const table = builder.globalTable(numbers);
    builder
      .stream(left)
      .join(
        table,
        (key) => key,
        (value, number) => `${value} ${number}`,
      )
      .to(out);
    const streams = await test.start(builder.build());
    expect(streams.metrics.failedRecordsTotal).toBe(1);
    expect(streams.metrics.droppedRecords.null).toBe(1);
    await test.produce(left, [{ key: 'a', value: 'is', timestamp: 1 }]);
    const [read] = await test.readUntil(out, ({ length }) => length > 0);
    expect(read?.value).toBe(`is ${serdes.integer.deserialize(Buffer.from('four'))}`);
    await somebody.close();
  });

  it('begins before an open transaction where it is to begin at the end: its records come when it is committed', async () => {
    await using test = await TestApplication.open(kafka, 'latest');
    await test.createTopics(1, left, out);
    const transactionalId = kafka.unique('somebody');
    const somebody = await test.cluster.transactionalProducer({ transactionalId, timeoutMs: 60_000 });
    const topicName = test.fullName(left);
    await test.produce(left, [{ key: 'a', value: 'before', timestamp: 0 }]);
    await somebody.send([{ topic: topicName, key: 'a', value: Buffer.from('open'), timestamp: 1 }]);
    const builder = new StreamsBuilder();
    builder.stream(left, { offsetReset: 'latest' }).to(out);
    const streams = await test.start(builder.build());
    await vi.waitFor(() => expect(streams.metrics.assignedPartitions).toBe(1), 10_000);
    await somebody.commit({ groupId: transactionalId, offsets: new Map([[topicName, [0]]]) });
    await somebody.close();
    const read = await test.readUntil(out, ({ length }) => length > 0);
    expect(read.map(({ value }) => value)).toEqual(['open']);
  });

  it('says that topics of Avro records need a registry', async () => {
    await using test = await TestApplication.open(kafka, 'no-registry');
    const avro = defineTopic<{ id: string }>({
      name: 'avro',
      partitions: 1,
      schema: { type: 'record', name: 'Avro', fields: [{ name: 'id', type: 'string' }] },
    });
    const builder = new StreamsBuilder();
    builder.stream(avro).filter(() => true);
    await expect(test.start(builder.build())).rejects.toThrow(
      `The topic ${test.name}.avro has values in Avro: a Schema Registry is needed`,
    );
  });

  it('refuses a record that is larger than may be sent, by its coordinates', async () => {
    await using test = await TestApplication.open(kafka, 'large');
    await test.createTopics(1, left, out);
    const builder = new StreamsBuilder();
    builder
      .stream(left)
      .mapValues((value) => value.repeat(100))
      .to(out, 'blown-up');
    const streams = await test.start(builder.build(), { maxRequestSize: 1_000 });
    await test.produce(left, [{ key: 'a', value: 'x'.repeat(100), timestamp: 0 }]);
    await expect(streams.finished).rejects.toThrow(
      `Writing what came of ${test.name}.left-0 at offset 0 in blown-up: A record of 10001 bytes`,
    );
    expect(streams.state).toBe('ERROR');
  });
});
