import { describe, expect, it } from 'vitest';
import {
  createTopologyTestDriver,
  type KTable,
  SessionWindows,
  SlidingWindows,
  StreamsBuilder,
  serdes,
  serdeTopic,
  TimeWindows,
  type Windowed,
} from '../index.js';

interface Sum {
  n: number;
}

const input = serdeTopic<string, string>({ name: 'in', key: serdes.string, value: serdes.string });
const output = serdeTopic<string, number>({ name: 'out', key: serdes.string, value: serdes.json<number>() });
const records = [0, 1, 2, 3].map((timestamp) => ({ key: 'k', value: 'x', timestamp }));

const initial = (): Sum => ({ n: 0 });
const increment = (_key: unknown, _value: unknown, sum: Sum): Sum => {
  sum.n += 1;
  return sum;
};
const merge = (_key: unknown, one: Sum, two: Sum): Sum => {
  two.n += one.n;
  return two;
};

/** How the table's rows add up, with subtraction of what they were. */
async function totals(build: (builder: StreamsBuilder) => KTable<unknown, Sum>): Promise<number[]> {
  const builder = new StreamsBuilder();
  build(builder)
    .groupBy((_key, { n }) => ['all', { n }] as const)
    .aggregate(
      initial,
      (_key, { n }, sum) => {
        sum.n += n;
        return sum;
      },
      (_key, { n }, sum) => {
        sum.n -= n;
        return sum;
      },
    )
    .toStream()
    .mapValues((sum) => sum?.n ?? -1)
    .to(output);
  const driver = await createTopologyTestDriver(builder.build());
  for (const record of records) await driver.pipe(input, [record]);
  return (await driver.read(output)).map(({ value }) => value);
}

const erased = (table: KTable<Windowed<string>, Sum>): KTable<unknown, Sum> => table as KTable<unknown, Sum>;

describe('an aggregate that is changed in place', () => {
  it.each([1, 3])('is handed on as it was, in chunks of %i', async (chunk) => {
    const builder = new StreamsBuilder();
    builder
      .stream(input)
      .groupByKey()
      .aggregate(initial, increment)
      .toStream()
      .mapBatch(async (batch) => batch.map(({ value }) => value?.n ?? 0))
      .to(output);
    const driver = await createTopologyTestDriver(builder.build());
    for (let from = 0; from < 3; from += chunk) await driver.pipe(input, records.slice(from, from + chunk));
    expect((await driver.read(output)).map(({ value }) => value)).toEqual([1, 2, 3]);
  });

  it('keeps its old value for who subtracts it', async () => {
    const last = async (build: (builder: StreamsBuilder) => KTable<unknown, Sum>) => (await totals(build)).at(-1);
    const grouped = (builder: StreamsBuilder) => builder.stream(input).groupByKey();
    expect(await last((builder) => grouped(builder).aggregate(initial, increment) as KTable<unknown, Sum>)).toBe(4);
    expect(
      await last((builder) =>
        erased(grouped(builder).windowedBy(TimeWindows.ofSizeWithNoGrace(10)).aggregate(initial, increment)),
      ),
    ).toBe(4);
    expect(
      await last((builder) =>
        erased(
          grouped(builder)
            .windowedBy(SessionWindows.ofInactivityGapWithNoGrace(5))
            .aggregate(initial, increment, merge),
        ),
      ),
    ).toBe(4);
    // [0, 2] has 3 records, [1, 3] too, those that begin at 2 and 3 have 2 and 1.
    expect(
      await last((builder) =>
        erased(
          grouped(builder).windowedBy(SlidingWindows.ofTimeDifferenceAndGrace(2, 10)).aggregate(initial, increment),
        ),
      ),
    ).toBe(9);
  });

  it('stays in the store as it was where the aggregator throws after the change', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream(input)
      .groupByKey()
      .aggregate(initial, (key, value, sum) => {
        increment(key, value, sum);
        if (value === 'bad') throw new Error('bad');
        return sum;
      })
      .toStream()
      .mapValues((sum) => sum?.n ?? 0)
      .to(output);
    const driver = await createTopologyTestDriver(builder.build(), { processingExceptionHandler: () => 'continue' });
    await driver.pipe(
      input,
      ['x', 'bad', 'x'].map((value) => ({ key: 'k', value, timestamp: 1 })),
    );
    expect((await driver.read(output)).map(({ value }) => value)).toEqual([1, 2]);
  });
});

describe('a value that the store cannot write', () => {
  it('fails the record that it came of, which its handler decides about', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream(input)
      .groupByKey()
      .aggregate(
        () => 0,
        (_key, value) => Number(value),
        { value: serdes.integer, named: 'newest', store: 'newest-values' },
      );
    const driver = await createTopologyTestDriver(builder.build(), { deadLetterTopic: 'dead' });
    await driver.pipe(
      input,
      ['7', '3000000000'].map((value) => ({ key: 'k', value, timestamp: 1 })),
    );
    expect(driver.readDeadLetters().map(({ reason }) => [reason?.offset, reason?.message])).toEqual([
      [1, expect.stringContaining('Writing 3000000000 as an integer of 32 bits')],
    ]);
    expect(driver.keyValueStore('newest-values').get('k')).toBe(7);
  });
});

describe('undefined', () => {
  it('is null to all that come after', async () => {
    const builder = new StreamsBuilder();
    const stream = builder.stream(input);
    const optional = (value: string) => (value === 'x' ? undefined : value);
    stream.mapValues(optional).groupByKey().count().toStream().to(output);
    stream
      .selectKey((_key, value) => optional(value) as string)
      .groupByKey()
      .count()
      .toStream()
      .to(output);
    stream
      .flatMapValues((value) => [optional(value)])
      .groupByKey()
      .count()
      .toStream()
      .to(output);
    stream
      .map((key, value) => [key, optional(value)] as const)
      .groupByKey()
      .count()
      .toStream()
      .to(output);
    stream.mapBatch(async (batch) => batch.map(({ value }) => optional(value) as string)).toTable({ store: 'table' });
    const driver = await createTopologyTestDriver(builder.build());
    await driver.pipe(input, [{ key: 'k', value: 'x', timestamp: 1 }]);
    expect(await driver.read(output)).toEqual([]);
    expect([...driver.keyValueStore('table').all()]).toEqual([]);
  });
});
