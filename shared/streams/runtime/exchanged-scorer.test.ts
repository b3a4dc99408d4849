import { expect, it, vi } from 'vitest';
import { KitError } from '#shared/errors';
import { describeOnEachKafka } from '#shared/testing';
import { type BatchScorer, type ExchangeableScorer, StreamsBuilder, serdes, serdeTopic } from '../index.js';
import { TestApplication } from './test-application.js';

const stringTopic = (name: string) => serdeTopic<string, string>({ name, key: serdes.string, value: serdes.string });
const [input, output] = [stringTopic('input'), stringTopic('output')];

/** A scorer that is exchanged after each call, and knows which of its models are held. */
class EverNew implements ExchangeableScorer<string> {
  calls = 0;
  version = 0;
  readonly held = new Set<BatchScorer<string>>();

  constructor(readonly gives: 'a result a row' | 'more results than rows' = 'a result a row') {}

  acquire(): BatchScorer<string> {
    this.version += 1;
    const scorer: BatchScorer<string> = {
      name: 'ever new',
      version: String(this.version),
      score: async (rows) => {
        this.calls += 1;
        const released = new KitError('internal', 'It was released.');
        if (this.gives === 'more results than rows') return [...rows, ''].map(() => ({ score: 1, decision: null }));
        return rows.map(() => (this.held.has(scorer) ? { score: 1, decision: null } : released));
      },
    };
    this.held.add(scorer);
    return scorer;
  }

  release(scorer: BatchScorer<string>): void {
    expect(this.held.delete(scorer)).toBe(true);
  }
}

const scoredBy = (scorer: EverNew) => {
  const builder = new StreamsBuilder();
  builder
    .stream(input)
    .score(scorer)
    .mapValues(({ modelVersion }) => modelVersion)
    .to(output);
  return builder.build();
};

const one = (key: string) => ({ key, value: 'x', timestamp: 1_000 });

await describeOnEachKafka('a scorer that is exchanged while a stream runs', (kafka) => {
  it('is the same one for all calls of a transaction, and another one in the next', async () => {
    await using test = await TestApplication.open(kafka, 'transactions');
    await test.createTopics(1, input, output);
    const scorer = new EverNew();
    await test.start(scoredBy(scorer), { commitIntervalMs: 400 });
    for (let count = 1; scorer.version < 4; count += 1) {
      await test.produce(input, [one(String(count))]);
      await vi.waitUntil(() => scorer.calls >= count, 20_000);
    }
    const total = scorer.calls;
    await test.readUntil(output, (records) => records.length >= total);
    const reader = await test.cluster.reader({ isolation: 'read_committed' });
    reader.seek([{ topic: test.fullName(output), partition: 0, offset: 0 }]);
    const read: { offset: number; version: string }[] = [];
    while (read.length < total) {
      for (const { records } of await reader.poll(100)) {
        for (const { offset, value } of records) read.push({ offset, version: String(value) });
      }
    }
    await reader.close();
    // The marker of a commit has an offset of its own: between two of them all records are of one transaction.
    const pairs = read.slice(1).map((record, index) => {
      const before = read[index];
      return { isSame: record.version === before?.version, isOneTransaction: record.offset - 1 === before?.offset };
    });
    expect(pairs.filter(({ isSame, isOneTransaction }) => isSame !== isOneTransaction)).toEqual([]);
    // It did come to several calls in one transaction.
    expect(pairs.some(({ isSame }) => isSame)).toBe(true);
    expect(pairs.some(({ isSame }) => !isSame)).toBe(true);
  });

  it.each(['exactly_once', 'at_least_once'] as const)(
    'is held by nobody when tasks have moved and the applications have ended (%s)',
    async (processingGuarantee) => {
      await using test = await TestApplication.open(kafka, 'moved');
      await test.createTopics(4, input, output);
      const scorers = [new EverNew(), new EverNew()] as const;
      // No commit comes by itself: what tasks hold they hold until they leave.
      const config = { processingGuarantee, commitIntervalMs: 60_000 };
      const first = await test.start(scoredBy(scorers[0]), config);
      // The first commit comes at once, the next in a minute.
      await test.produce(input, [one('first')]);
      await vi.waitUntil(() => first.metrics.processTotal >= 1, 20_000);
      await test.produce(
        input,
        Array.from({ length: 40 }, (_, key) => one(String(key))),
      );
      await vi.waitUntil(() => first.metrics.processTotal >= 41, 20_000);
      expect(scorers[0].held.size).toBeGreaterThan(0);
      const second = await test.start(scoredBy(scorers[1]), config);
      await vi.waitUntil(() => second.metrics.assignedPartitions === 2, 20_000);
      await test.produce(
        input,
        Array.from({ length: 40 }, (_, key) => one(String(key))),
      );
      await vi.waitUntil(() => first.metrics.processTotal + second.metrics.processTotal >= 81, 20_000);
      await first.close();
      await second.close();
      expect(scorers.map(({ held }) => held.size)).toEqual([0, 0]);
    },
  );

  it('is released where the application fails in the middle of a transaction', async () => {
    await using test = await TestApplication.open(kafka, 'failed');
    await test.createTopics(1, input, output);
    const scorer = new EverNew('more results than rows');
    const streams = await test.start(scoredBy(scorer));
    await test.produce(input, [one('a')]);
    await expect(streams.finished).rejects.toMatchObject({ code: 'topology' });
    expect(scorer.calls).toBe(1);
    expect(scorer.held.size).toBe(0);
  });
});
