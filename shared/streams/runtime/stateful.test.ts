import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { describeOnEachKafka } from '#shared/testing';
import { StreamsBuilder } from '../dsl/streams-builder.js';
import type { Processor } from '../operators/process.js';
import { serdes } from '../serde.js';
import { serdeTopic } from '../topics.js';
import { TimeWindows } from '../windows.js';
import { TestApplication } from './test-application.js';

const lines = serdeTopic<string, string>({ name: 'lines', key: serdes.string, value: serdes.string });
const counts = serdeTopic<string, number>({ name: 'counts', key: serdes.string, value: serdes.long });
const words = ['to', 'be', 'or', 'not', 'that', 'is', 'the', 'question'];

/** Lines of words, the same every time. */
const text = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => {
    const at = from + index;
    const value = `${words[at % 8]} ${words[(at * 5 + 3) % 8]} ${words[(at * at) % 8]}`;
    return { key: `line-${at}`, value, timestamp: at * 10 };
  });

/** How often each word comes. */
const recount = (of: readonly { readonly value: string }[]): Map<string, number> => {
  const found = new Map<string, number>();
  for (const { value } of of) for (const word of value.split(' ')) found.set(word, (found.get(word) ?? 0) + 1);
  return found;
};

/** What a table holds, by the last update of each key. */
const latest = (updates: readonly { readonly key: string; readonly value: number | null }[]): Map<string, number> =>
  new Map(updates.flatMap(({ key, value }) => (value === null ? [] : [[key, value] as const])));

function wordCount() {
  const builder = new StreamsBuilder();
  const table = builder
    .stream(lines)
    .flatMapValues((line) => line.split(' '))
    .groupBy((_key, word) => word)
    .count({ store: 'words' });
  table.toStream().to(counts);
  return builder.build();
}

await describeOnEachKafka('a stateful application', (kafka) => {
  it.each(['exactly_once', 'at_least_once'] as const)(
    'counts over a repartition topic, and goes on from its changelog when it starts again (%s)',
    async (processingGuarantee) => {
      await using test = await TestApplication.open(kafka, `words-${processingGuarantee}`);
      await test.createTopics(4, lines, counts);
      const [first, second] = [text(0, 300), text(300, 300)];
      const one = await test.start(wordCount(), { processingGuarantee });
      await test.produce(lines, first);
      const halfway = recount(first);
      await test.readUntil(counts, (updates) => sameMap(latest(updates), halfway));
      expect(new Map(one.stores.keyValue<string, number>('words').all())).toEqual(halfway);
      expect(one.stores.keyValue<string, number>('words').get('be')).toBe(halfway.get('be'));
      expect(() => one.stores.keyValue('sentences')).toThrow('There is no store "sentences" on this instance');
      expect(() => one.stores.window('words')).toThrow('of another kind');
      await one.close();

      const two = await test.start(wordCount(), { processingGuarantee });
      await vi.waitFor(() => expect(two.state).toBe('RUNNING'), 20_000);
      expect(new Map(two.stores.keyValue<string, number>('words').all())).toEqual(halfway);
      expect(two.metrics.restoreTotal).toBeGreaterThan(0);
      await test.produce(lines, second);
      const whole = recount([...first, ...second]);
      const updates = await test.readUntil(counts, (read) => sameMap(latest(read), whole));
      // Every single count was seen once, and none was skipped.
      expect(updates).toHaveLength(1_800);
      const internal = ['words-repartition', 'words-changelog'].map((name) => `${test.name}.app-${name}`);
      expect(await test.cluster.partitionCounts(internal)).toEqual(new Map(internal.map((name) => [name, 4])));
    },
  );

  it('shares its tasks, and a task that moves takes its store along', async () => {
    await using test = await TestApplication.open(kafka, 'moves');
    await test.createTopics(4, lines, counts);
    const one = await test.start(wordCount());
    await test.produce(lines, text(0, 200));
    await test.readUntil(counts, (updates) => updates.length === 600);
    const two = await test.start(wordCount());
    await vi.waitFor(() => {
      expect([one, two].map(({ state, metrics }) => [state, metrics.assignedPartitions])).toEqual([
        ['RUNNING', 4],
        ['RUNNING', 4],
      ]);
    }, 20_000);
    const of = (streams: typeof one) => new Map(streams.stores.keyValue<string, number>('words').all());
    expect(new Map([...of(one), ...of(two)])).toEqual(recount(text(0, 200)));
    await test.produce(lines, text(200, 200));
    const whole = recount(text(0, 400));
    await test.readUntil(counts, (updates) => updates.length === 1_200 && sameMap(latest(updates), whole));
    await one.close();
    await vi.waitFor(() => expect(of(two)).toEqual(whole), 20_000);
  });

  it('takes the records of several inputs by their time, and waits for what the broker still has', async () => {
    await using test = await TestApplication.open(kafka, 'by-time');
    const [left, right, merged] = ['left', 'right', 'merged'].map((name) =>
      serdeTopic<string, string>({ name, key: serdes.string, value: serdes.string }),
    ) as [typeof lines, typeof lines, typeof lines];
    await test.createTopics(1, left, right, merged);
    // Far more of one than fits into a fetch or a buffer, before the other has its first.
    const padding = 'x'.repeat(2_000);
    const side = (name: string, offset: number) =>
      Array.from({ length: 3_000 }, (_, index) => ({ key: name, value: padding, timestamp: index * 2 + offset }));
    await test.produce(left, side('left', 0));
    await test.produce(right, side('right', 1));
    const builder = new StreamsBuilder();
    builder
      .stream(left)
      .merge(builder.stream(right))
      .mapValues((value) => String(value.length))
      .to(merged);
    await test.start(builder.build());
    const read = await test.readUntil(merged, (records) => records.length === 6_000);
    expect(read.map(({ timestamp }) => timestamp)).toEqual(Array.from({ length: 6_000 }, (_, index) => index));
  });

  it('keeps windows over a restart as if there had been none, their stream time included', async () => {
    await using test = await TestApplication.open(kafka, 'windows');
    await test.createTopics(1, lines, counts);
    const topology = () => {
      const builder = new StreamsBuilder();
      builder
        .stream(lines)
        .groupByKey()
        .windowedBy(TimeWindows.ofSizeAndGrace(100, 50))
        .count({ store: 'rate' })
        .toStream()
        .map(({ key, window }, count) => [`${key}@${window.start}`, count] as const)
        .to(counts);
      return builder.build();
    };
    const at = (timestamp: number) => ({ key: 'k', value: '', timestamp });
    const one = await test.start(topology());
    await test.produce(lines, [at(10), at(20), at(160)]);
    await test.readUntil(counts, ({ length }) => length === 3);
    await one.close();
    const two = await test.start(topology());
    // The first window is closed: a restart has not made it forget that it is 160 by now.
    await test.produce(lines, [at(30), at(170)]);
    const updates = await test.readUntil(counts, ({ length }) => length === 4);
    expect(updates.map(({ key, value }) => [key, value])).toEqual([
      ['k@0', 1],
      ['k@0', 2],
      ['k@100', 1],
      ['k@100', 2],
    ]);
    expect(two.metrics.droppedRecords).toEqual({ null: 0, expired: 1, stale: 0 });
    expect(two.stores.window<string, number>('rate').fetch('k', 0, 1_000)).toMatchObject([
      { start: 0, value: 2 },
      { start: 100, value: 2 },
    ]);
  });

  it.each(['exactly_once', 'at_least_once'] as const)(
    'commits what a wall-clock punctuation puts out while nothing comes in (%s)',
    async (processingGuarantee) => {
      await using test = await TestApplication.open(kafka, `ticks-${processingGuarantee}`);
      await test.createTopics(1, lines, counts);
      const builder = new StreamsBuilder();
      builder
        .stream(lines)
        .process((): Processor<string, string, string, number> => {
          let ticks = 0;
          return {
            init(context) {
              context.schedule(50, 'wall-clock-time', (timestamp) =>
                context.forward({ key: 'tick', value: ++ticks, timestamp }),
              );
            },
            process: () => undefined,
          };
        })
        .to(counts);
      await test.start(builder.build(), { processingGuarantee });
      const updates = await test.readUntil(counts, ({ length }) => length >= 3);
      expect(updates.slice(0, 3).map(({ value }) => value)).toEqual([1, 2, 3]);
    },
  );

  it('keeps stores on disk, and restores only what came after they were last written', async () => {
    await using test = await TestApplication.open(kafka, 'on-disk');
    await test.createTopics(2, lines, counts);
    const stateDir = mkdtempSync(join(tmpdir(), 'streams-state-'));
    const topology = () => {
      const builder = new StreamsBuilder();
      builder.stream(lines).groupByKey().count({ store: 'seen', persistent: true }).toStream().to(counts);
      return builder.build();
    };
    const keys = (from: number) =>
      Array.from({ length: 500 }, (_, index) => ({ key: `k${from + index}`, value: '', timestamp: index }));
    const one = await test.start(topology(), { stateDir });
    await test.produce(lines, keys(0));
    await test.readUntil(counts, ({ length }) => length === 500);
    await one.close();

    const two = await test.start(topology(), { stateDir });
    await vi.waitFor(() => expect(two.state).toBe('RUNNING'), 20_000);
    expect(two.metrics.restoreTotal).toBe(0);
    expect(two.stores.keyValue('seen').approximateNumEntries()).toBe(500);
    await test.produce(lines, keys(0));
    await test.readUntil(counts, ({ length }) => length === 1_000);
    expect(two.stores.keyValue('seen').get('k7')).toBe(2);
    await two.close();

    // Another folder, as on another machine: everything comes from the changelog.
    const three = await test.start(topology(), { stateDir: join(stateDir, 'other') });
    await vi.waitFor(() => expect(three.state).toBe('RUNNING'), 20_000);
    expect(three.metrics.restoreTotal).toBeGreaterThanOrEqual(500);
    expect(three.stores.keyValue('seen').get('k7')).toBe(2);
    await three.close();
    rmSync(stateDir, { recursive: true });
  });

  it('looks up a global table by any key, from its first record on', async () => {
    await using test = await TestApplication.open(kafka, 'global');
    const cities = serdeTopic<string, string>({ name: 'cities', key: serdes.string, value: serdes.string });
    const named = serdeTopic<string, string>({ name: 'named', key: serdes.string, value: serdes.string });
    await test.createTopics(4, lines, named);
    await test.createTopics(2, cities);
    await test.produce(
      cities,
      ['EWR Newark', 'JFK New York', 'LGA New York'].map((row) => ({
        key: row.slice(0, 3),
        value: row.slice(4),
        timestamp: 0,
      })),
    );
    const builder = new StreamsBuilder();
    const table = builder.globalTable(cities, { store: 'cities' });
    builder
      .stream(lines)
      .join(
        table,
        (_key, line) => line,
        (_line, city) => city,
      )
      .to(named);
    const streams = await test.start(builder.build());
    await test.produce(lines, [
      { key: 'a', value: 'JFK', timestamp: 1 },
      { key: 'b', value: 'EWR', timestamp: 2 },
      { key: 'c', value: 'SFO', timestamp: 3 },
    ]);
    const read = await test.readUntil(named, ({ length }) => length === 2);
    expect(new Map(read.map(({ key, value }) => [key, value]))).toEqual(
      new Map([
        ['a', 'New York'],
        ['b', 'Newark'],
      ]),
    );
    await test.produce(cities, [{ key: 'SFO', value: 'San Francisco', timestamp: 4 }]);
    const queried = streams.stores.keyValue<string, string>('cities');
    await vi.waitFor(() => expect(queried.get('SFO')).toBe('San Francisco'), 10_000);
  });

  it('joins tables by a foreign key across partitions', async () => {
    await using test = await TestApplication.open(kafka, 'foreign');
    const topic = (name: string) => serdeTopic<string, string>({ name, key: serdes.string, value: serdes.string });
    const [orders, customers, joined] = [topic('orders'), topic('customers'), topic('joined')];
    await test.createTopics(4, orders, joined);
    await test.createTopics(2, customers);
    const builder = new StreamsBuilder();
    builder
      .table(orders)
      .join(
        builder.table(customers),
        (customer) => customer,
        (order, customer) => `${order}: ${customer}`,
        { store: 'joined' },
      )
      .toStream()
      .to(joined);
    await test.start(builder.build());
    const rows = Array.from({ length: 40 }, (_, index) => ({
      key: `o${index}`,
      value: `c${index % 7}`,
      timestamp: index,
    }));
    await test.produce(orders, rows);
    await test.produce(
      customers,
      Array.from({ length: 7 }, (_, index) => ({ key: `c${index}`, value: `customer ${index}`, timestamp: 100 })),
    );
    const wanted = new Map(rows.map(({ key, value }) => [key, `${value}: customer ${value.slice(1)}`]));
    const last = (read: readonly { key: string; value: string | null }[]) =>
      new Map(read.map(({ key, value }) => [key, value]));
    await test.readUntil(joined, (read) => sameMap(last(read), wanted));
    await test.produce(customers, [{ key: 'c3', value: 'renamed', timestamp: 200 }]);
    for (const [key, value] of wanted) if (value.startsWith('c3')) wanted.set(key, 'c3: renamed');
    await test.readUntil(joined, (read) => sameMap(last(read), wanted));
  });
});

function sameMap<V>(a: ReadonlyMap<string, V | null>, b: ReadonlyMap<string, V>): boolean {
  return a.size === b.size && [...b].every(([key, value]) => a.get(key) === value);
}
