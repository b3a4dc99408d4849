import { expect, it, vi } from 'vitest';
import type { BucketHistogram } from '#shared/metrics';
import { describeOnEachKafka } from '#shared/testing';
import { StreamsBuilder } from '../dsl/streams-builder.js';
import { serdes } from '../serde.js';
import { serdeTopic } from '../topics.js';
import { TestApplication } from './test-application.js';

const lines = serdeTopic<string, string>({ name: 'lines', key: serdes.string, value: serdes.string });
const counts = serdeTopic<string, number>({ name: 'counts', key: serdes.string, value: serdes.long });
const SEEN_WITHIN = { timeout: 20_000 };

const countOf = ({ counts: each }: BucketHistogram): number => each.reduce((sum, count) => sum + count, 0);

function countByKey() {
  const builder = new StreamsBuilder();
  builder.stream(lines).groupByKey().count({ store: 'lines-by-key' }).toStream().to(counts);
  return builder.build();
}

/** So many records a second apart, of twenty keys. */
const records = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ key: `key-${index % 20}`, value: 'x', timestamp: index * 1_000 }));

await describeOnEachKafka('what an application measures', (kafka) => {
  it.each(['exactly_once', 'at_least_once'] as const)(
    'adds up to what it did (%s)',
    async (processingGuarantee) => {
      await using test = await TestApplication.open(kafka, `measured-${processingGuarantee}`);
      await test.createTopics(2, lines, counts);
      const { metrics, stores } = await test.start(countByKey(), { processingGuarantee });
      await test.produce(lines, records(500));
      await vi.waitUntil(() => metrics.processTotal === 500, SEEN_WITHIN);
      // Each chunk once, whatever the fetches brought.
      expect(metrics.chunkRecords.sum).toBe(500);
      expect(countOf(metrics.chunkRecords)).toBeGreaterThanOrEqual(2);
      expect(stores.sizes()).toEqual(new Map([['lines-by-key', 20]]));
      expect(metrics).toMatchObject({ tasks: 2, assignedPartitions: 2, restoreTotal: 0, taskRevivedTotal: 0 });
      expect(metrics.rebalanceTotal).toBeGreaterThanOrEqual(1);
      // All tasks of an instance are committed as one; what comes after that is committed by itself.
      await vi.waitUntil(() => metrics.commitTotal >= 1, SEEN_WITHIN);
      const { commitTotal } = metrics;
      await test.produce(lines, records(1));
      await vi.waitUntil(() => metrics.commitTotal > commitTotal, SEEN_WITHIN);
      expect(countOf(metrics.commitDuration)).toBe(metrics.commitTotal);
      expect(metrics.commitDuration.sum).toBeGreaterThan(0);
    },
    30_000,
  );

  it('is how late records were, of those that were', async () => {
    await using test = await TestApplication.open(kafka, 'late');
    await test.createTopics(1, lines, counts);
    const { metrics } = await test.start(countByKey());
    await test.produce(lines, [
      { key: 'a', value: 'x', timestamp: 1_000_000 },
      { key: 'a', value: 'at the same time', timestamp: 1_000_000 },
      { key: 'b', value: 'late', timestamp: 910_000 },
      { key: 'a', value: 'late as well', timestamp: 999_500 },
      { key: 'b', value: 'x', timestamp: 1_000_001 },
    ]);
    await vi.waitUntil(() => metrics.processTotal === 5, SEEN_WITHIN);
    expect(metrics.lateness.sum).toBe(90.5);
    // Up to a second, up to ten, up to a minute, up to five.
    expect(metrics.lateness.counts.slice(0, 4)).toEqual([1, 0, 0, 1]);
    expect(countOf(metrics.lateness)).toBe(2);
  });

  it('is what it was restored from, and how long that took', async () => {
    await using test = await TestApplication.open(kafka, 'restored');
    await test.createTopics(1, lines, counts);
    const first = await test.start(countByKey());
    await test.produce(lines, records(100));
    await vi.waitUntil(() => first.metrics.processTotal === 100, SEEN_WITHIN);
    await first.close();
    expect(first.metrics).toMatchObject({ tasks: 0, assignedPartitions: 0, taskCreatedTotal: 1, taskClosedTotal: 1 });
    const { metrics, stores } = await test.start(countByKey());
    await vi.waitUntil(() => metrics.tasks === 1, SEEN_WITHIN);
    expect(metrics.restoreTotal).toBeGreaterThanOrEqual(20);
    expect(metrics.restoreSecondsTotal).toBeGreaterThan(0);
    expect(stores.sizes()).toEqual(new Map([['lines-by-key', 20]]));
  }, 30_000);

  it('is how often a task began anew, as where another producer took its place', async () => {
    await using test = await TestApplication.open(kafka, 'revived');
    await test.createTopics(1, lines, counts);
    const { metrics } = await test.start(countByKey());
    await test.produce(lines, records(10));
    await vi.waitUntil(() => metrics.commitTotal > 0, SEEN_WITHIN);
    const [transactionalId = ''] = await test.cluster.committers(
      `${test.name}.app`,
      new Map([[test.fullName(lines), [0]]]),
    );
    expect(transactionalId).toMatch(new RegExp(`^${test.name}.app-`));
    const usurper = await test.cluster.transactionalProducer({ transactionalId, timeoutMs: 10_000 });
    await usurper.close();
    await test.produce(lines, records(10));
    await vi.waitUntil(() => metrics.taskRevivedTotal === 1, SEEN_WITHIN);
    const read = await test.readUntil(counts, (updates) => updates.filter(({ value }) => value === 2).length === 10);
    expect(read.filter(({ value }) => value !== 1 && value !== 2)).toEqual([]);
  }, 30_000);
});
