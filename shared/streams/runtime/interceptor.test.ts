import { EventEmitter, once } from 'node:events';
import { expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { type Cluster, connectCluster } from '#shared/kafka';
import { describeOnEachKafka } from '#shared/testing';
import { type InterceptorSupplier, StreamsBuilder, serdes, serdeTopic, type Topology } from '../index.js';
import { type ReadBack, TestApplication } from './test-application.js';

const textTopic = (name: string) => serdeTopic<string, string>({ name, key: serdes.string, value: serdes.string });
const input = textTopic('input');
const table = textTopic('table');
const reference = textTopic('reference');
const output = textTopic('output');
const deadLetters = textTopic('dead');
/** What interceptors have to say: the records that they were told of, by topic and value. */
const told = serdeTopic<string, string[]>({ name: 'told', key: serdes.string, value: serdes.json<string[]>() });

/** Takes a stream and a table, drops, fails, and goes on behind a repartition topic; a global table stands beside it. */
function topology(): Topology {
  const builder = new StreamsBuilder();
  builder.table(table, { store: 'table' });
  builder.globalTable(reference);
  builder
    .stream(input, { timestampExtractor: ({ value, timestamp }) => (value === 'undated' ? Number.NaN : timestamp) })
    .filter((_, value) => value !== 'dropped')
    .mapValues((value) => {
      if (value === 'failing') throw new TypeError('It fails.');
      return value;
    })
    .selectKey((_, value) => value)
    .repartition({ named: 'by-value' })
    .to(output);
  return builder.build();
}

const telling =
  (topic: string): InterceptorSupplier =>
  (taskId) => {
    let values: string[] = [];
    return {
      onProcess: (record) => void values.push(`${record.topic.split('.').at(-1)} ${String(record.value)}`),
      onCommit() {
        const value = Buffer.from(JSON.stringify(values));
        const isSilent = values.length === 0;
        values = [];
        return isSilent ? [] : [{ topic, key: taskId, value, timestamp: 0 }];
      },
    };
  };

const record = (value: string) => ({ key: value, value, timestamp: 1_000 });
const valuesOf = (records: readonly ReadBack<string, string[]>[]): string[] =>
  records.flatMap(({ value }) => value ?? []).toSorted();

await describeOnEachKafka('an interceptor', (kafka) => {
  const open = async (name: string): Promise<TestApplication> => {
    const test = await TestApplication.open(kafka, name);
    await test.createTopics(2, input, table, reference, output, deadLetters, told);
    return test;
  };
  const config = (test: TestApplication) => ({
    deadLetterTopic: deadLetters,
    interceptor: telling(test.fullName(told)),
  });

  it.each(['exactly_once', 'at_least_once'] as const)(
    'is told of each record of a source topic once, whatever becomes of it, and of none between two parts (%s)',
    async (processingGuarantee) => {
      await using test = await open(`told-${processingGuarantee}`);
      const values = ['fine', 'dropped', 'failing', 'undated', 'fine too'];
      await test.produce(reference, [record('for all')]);
      await test.produce(table, [record('row')]);
      await test.produce(input, values.map(record));
      const streams = await test.start(topology(), { ...config(test), processingGuarantee });
      await test.readUntil(output, ({ length }) => length === 2);
      await test.readUntil(deadLetters, ({ length }) => length === 2);
      await streams.close();
      const expected = ['table row', ...values.map((value) => `input ${value}`)].toSorted();
      const all = await test.readUntil(told, (records) => valuesOf(records).length >= expected.length);
      expect(valuesOf(all)).toEqual(expected);
    },
  );

  it.each([
    ['exactly_once', 'once'],
    ['at_least_once', 'twice'],
  ] as const)(
    'says with %s %s what was processed by an instance that ended before its commit, and by the next',
    async (guarantee, _times) => {
      await using test = await open(`killed-${guarantee}`);
      const values = Array.from({ length: 20 }, (_, n) => `value ${n}`);
      await test.produce(input, values.map(record));
      const doomed = await connectCluster({ brokers: [kafka.brokers], clientId: 'doomed' });
      const steps = new EventEmitter();
      const committing = once(steps, 'committing');
      const killed = once(steps, 'killed');
      const common = { ...config(test), processingGuarantee: guarantee };
      const first = await test.start(topology(), {
        ...common,
        cluster: withoutCommits(doomed, () => steps.emit('committing'), killed),
        // All of it is one commit, which never comes.
        commitIntervalMs: 500,
      });
      await committing;
      steps.emit('killed');
      await expect(first.finished).rejects.toThrow('It is killed.');
      await doomed.close();
      const successor = await test.start(topology(), common);
      const said = guarantee === 'exactly_once' ? values : [...values, ...values];
      const isAll = (records: readonly unknown[]): boolean => records.length >= values.length;
      await test.readUntil(output, isAll);
      await successor.close();
      const all = await test.readUntil(told, (records) => valuesOf(records).length >= said.length);
      expect(valuesOf(all)).toEqual(said.map((value) => `input ${value}`).toSorted());
    },
  );
});

/** A cluster that is lost at the first commit: between what is written and what is final. */
function withoutCommits(cluster: Cluster, onCommit: () => void, killed: Promise<unknown>): Cluster {
  const never = async (): Promise<never> => {
    onCommit();
    await killed;
    throw new KitError('run-failed', 'It is killed.');
  };
  return {
    ...cluster,
    async joinGroup(options) {
      const member = await cluster.joinGroup(options);
      return {
        get memberId() {
          return member.memberId;
        },
        commit: never,
        close: () => member.close(),
      };
    },
    async transactionalProducer(options) {
      const producer = await cluster.transactionalProducer(options);
      return {
        send: (records) => producer.send(records),
        commit: never,
        written: (partition) => producer.written(partition),
        abort: () => producer.abort(),
        close: () => producer.close(),
      };
    },
  };
}
