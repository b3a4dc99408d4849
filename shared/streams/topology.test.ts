import { describe, expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { defineTopic, type Topic } from '#shared/schema';
import {
  type BatchScorer,
  createTopologyTestDriver,
  type KStream,
  StreamsBuilder,
  type TopologyTestDriver,
} from './index.js';

interface Reading {
  id: string;
  level: number | null;
}

const readings = topic<Reading>('readings', { type: ['null', 'double'], default: null });
const results = topic<Reading>('results', { type: ['null', 'double'], default: null });

function topic<V>(name: string, level: object): Topic<V> {
  return defineTopic<V>({
    name,
    partitions: 1,
    schema: {
      type: 'record',
      name: 'Reading',
      fields: [
        { name: 'id', type: 'string' },
        { name: 'level', ...level },
      ],
    },
  });
}

const record = (id: string, level: number | null, timestamp = 0) => ({ key: id, value: { id, level }, timestamp });

async function drive(build: (builder: StreamsBuilder) => void, deadLetterTopic?: string): Promise<TopologyTestDriver> {
  const builder = new StreamsBuilder();
  build(builder);
  return createTopologyTestDriver(builder.build(), {
    wallClockMs: 5_000,
    ...(deadLetterTopic !== undefined && { deadLetterTopic }),
  });
}

describe('filter and mapValues', () => {
  it('keep key, timestamp and headers, and the order of the records', async () => {
    const driver = await drive((builder) =>
      builder
        .stream(readings)
        .filter((key, { level }) => key !== 'b' && level !== null)
        .mapValues(({ id, level }, key) => ({ id: `${key}/${id}`, level: (level ?? 0) * 2 }))
        .to(results),
    );
    await driver.pipe(readings, [
      { ...record('a', 1, 10), headers: { trace: 'x' } },
      record('b', 2, 20),
      record('c', null, 30),
      record('d', 4, 40),
    ]);
    expect(await driver.read(results)).toEqual([
      { key: 'a', value: { id: 'a/a', level: 2 }, timestamp: 10, headers: { trace: 'x' } },
      { key: 'd', value: { id: 'd/d', level: 8 }, timestamp: 40, headers: {} },
    ]);
  });

  it('leave the key to selectKey', async () => {
    const driver = await drive((builder) =>
      builder
        .stream(readings)
        .selectKey((key, { level }) => `${key}-${level}`)
        .to(results),
    );
    await driver.pipe(readings, [
      { ...record('a', 1, 10), headers: { trace: 'x' } },
      { ...record('b', 2), key: null },
    ]);
    expect(await driver.read(results)).toEqual([
      { key: 'a-1', value: { id: 'a', level: 1 }, timestamp: 10, headers: { trace: 'x' } },
      { key: 'null-2', value: { id: 'b', level: 2 }, timestamp: 0, headers: {} },
    ]);
  });

  it('let one stream go two ways', async () => {
    const driver = await drive((builder) => {
      const all = builder.stream(readings);
      all.filter((_, { level }) => (level ?? 0) > 1).to(results);
      all.mapValues((value) => ({ ...value, level: 0 })).to(results);
    });
    await driver.pipe(readings, [record('a', 1), record('b', 2)]);
    const values = (await driver.read(results)).map(({ value }) => value);
    // Depth first: each record goes all its ways before the next one comes.
    expect(values).toEqual([
      { id: 'a', level: 0 },
      { id: 'b', level: 2 },
      { id: 'b', level: 0 },
    ]);
  });
});

describe('markAsPartitioned', () => {
  const groups = (stream: KStream<string, Reading>): KStream<string, number | null> =>
    stream.groupByKey().count().toStream();

  it('spares new keys the way through a topic, of which each is on one partition only', async () => {
    const build = (builder: StreamsBuilder): KStream<string, Reading> =>
      builder.stream(readings).selectKey((key, { level }) => `${key} ${level}`);
    const describeOf = (mark: (stream: KStream<string, Reading>) => KStream<string, Reading>): string => {
      const builder = new StreamsBuilder();
      groups(mark(build(builder)));
      return builder.build().describe();
    };
    expect(describeOf((stream) => stream)).toContain('-repartition');
    expect(describeOf((stream) => stream.markAsPartitioned())).not.toContain('-repartition');
    const driver = await drive((builder) =>
      groups(build(builder).markAsPartitioned())
        .mapValues((level, id) => ({ id, level }))
        .to(results),
    );
    await driver.pipe(readings, [record('a', 1), record('a', 2), record('a', 1)]);
    expect((await driver.read(results)).map(({ value }) => value)).toEqual([
      { id: 'a 1', level: 1 },
      { id: 'a 2', level: 1 },
      { id: 'a 1', level: 2 },
    ]);
  });
});

describe('mapBatch', () => {
  it('is called once for a chunk and hands on in order', async () => {
    const calls: number[] = [];
    const driver = await drive((builder) =>
      builder
        .stream(readings)
        .mapBatch(async (records) => {
          calls.push(records.length);
          return records.map(({ value }) => ({ ...value, level: (value.level ?? 0) + 1 }));
        })
        .to(results),
    );
    await driver.pipe(readings, [record('a', 1), record('b', 2), record('c', 3)]);
    await driver.pipe(readings, [record('d', 4)]);
    expect(calls).toEqual([3, 1]);
    expect((await driver.read(results)).map(({ value }) => value.level)).toEqual([2, 3, 4, 5]);
  });

  it('runs one after another where two stand in a row', async () => {
    const driver = await drive((builder) =>
      builder
        .stream(readings)
        .mapBatch(async (records) => records.map(({ value }) => ({ ...value, level: (value.level ?? 0) + 1 })))
        .mapBatch(async (records) => records.map(({ value }) => ({ ...value, level: (value.level ?? 0) * 10 })))
        .to(results),
    );
    await driver.pipe(readings, [record('a', 1), record('b', 2)]);
    expect((await driver.read(results)).map(({ value }) => value.level)).toEqual([20, 30]);
  });

  it('refuses a mapper that loses a record', async () => {
    const driver = await drive((builder) =>
      builder
        .stream(readings)
        .mapBatch(async () => [], 'look-up')
        .to(results),
    );
    await expect(driver.pipe(readings, [record('a', 1)])).rejects.toThrow(
      'The batch mapper of look-up was given 1 records and returned 0 values',
    );
  });
});

describe('score', () => {
  const model: BatchScorer<Reading> = {
    name: 'level',
    version: '7',
    score: async (rows) =>
      rows.map(({ level }) =>
        level === null
          ? new KitError('record-unscorable', 'The required input "level" is missing.')
          : { score: level / 10, decision: level >= 5 ? 'high' : 'low' },
      ),
  };

  it('gives score, decision, model, event time, and the clock of the runtime', async () => {
    const seen: unknown[] = [];
    const driver = await drive((builder) =>
      builder
        .stream(readings)
        .score(model)
        .mapValues((scored) => {
          seen.push(scored);
          return { id: scored.input.id, level: scored.score };
        })
        .to(results),
    );
    await driver.pipe(readings, [record('a', 8, 123)]);
    expect(seen).toEqual([
      {
        input: { id: 'a', level: 8 },
        eventTime: 123,
        score: 0.8,
        decision: 'high',
        modelName: 'level',
        modelVersion: '7',
        scoredAt: 5_000,
      },
    ]);
  });

  it('makes a dead letter of the row that cannot be scored, and of that row only', async () => {
    const driver = await drive(
      (builder) =>
        builder
          .stream(readings)
          .score(model)
          .mapValues(({ input, score }) => ({ id: input.id, level: score }))
          .to(results),
      'dead',
    );
    await driver.pipe(readings, [
      record('a', 1),
      { ...record('b', null, 77), headers: { trace: 'x' } },
      record('c', 3),
    ]);
    expect((await driver.read(results)).map(({ key }) => key)).toEqual(['a', 'c']);
    const [letter, ...more] = driver.readDeadLetters();
    expect(more).toEqual([]);
    expect(letter?.record).toMatchObject({
      topic: 'dead',
      key: Buffer.from('b'),
      timestamp: 77,
      headers: { trace: 'x' },
    });
    expect(letter?.reason).toEqual({
      topic: 'readings',
      partition: 0,
      offset: 1,
      code: 'record-unscorable',
      message: 'The required input "level" is missing.',
    });
  });
});

describe('a record that fails', () => {
  const throwing = (builder: StreamsBuilder): void => {
    const all = builder.stream(readings);
    all.to(results);
    all
      .mapValues((value) => {
        if (value.level === null) throw new TypeError('no level');
        return value;
      })
      .to(results);
  };

  it('fails in its operator alone, as in Kafka Streams: what it does on other ways goes on', async () => {
    const driver = await drive(throwing, 'dead');
    await driver.pipe(readings, [record('a', null), record('b', 1)]);
    expect((await driver.read(results)).map(({ key }) => key)).toEqual(['a', 'b', 'b']);
    expect(driver.readDeadLetters().map(({ reason }) => reason?.code)).toEqual(['record-unprocessable']);
  });

  it('keeps its bytes, whatever they are', async () => {
    const driver = await drive(throwing, 'dead');
    const garbage = Buffer.from([9, 8, 7]);
    await driver.pipeRaw(readings, [
      { key: 'x', value: garbage, timestamp: 1 },
      { key: null, value: null, timestamp: 2 },
      { key: 'y', value: Buffer.from([0, 0, 0, 0, 99, 1]), timestamp: 3 },
    ]);
    const letters = driver.readDeadLetters();
    expect(letters.map(({ record: { value } }) => value)).toEqual([garbage, null, Buffer.from([0, 0, 0, 0, 99, 1])]);
    expect(letters.map(({ reason }) => reason?.code)).toEqual(Array(3).fill('record-undecodable'));
    expect(letters.map(({ reason }) => reason?.offset)).toEqual([0, 1, 2]);
  });

  it('stops the task where there is no dead-letter topic, and is named', async () => {
    const driver = await drive(throwing);
    await expect(driver.pipe(readings, [record('a', null)])).rejects.toThrow(
      'Processing readings-0 at offset 0 in KSTREAM-MAPVALUES-0000000002: no level',
    );
  });
});

describe('StreamsBuilder', () => {
  it('numbers its nodes as Kafka Streams does, and describes them so', () => {
    const builder = new StreamsBuilder();
    builder
      .stream(readings)
      .filter(() => true)
      .mapValues((value) => value, 'as-is')
      .to(results);
    expect(builder.build().describe()).toBe(`Topologies:
   Sub-topology: 0
    Source: KSTREAM-SOURCE-0000000000 (topics: [readings])
      --> KSTREAM-FILTER-0000000001
    Processor: KSTREAM-FILTER-0000000001 (stores: [])
      --> as-is
      <-- KSTREAM-SOURCE-0000000000
    Processor: as-is (stores: [])
      --> KSTREAM-SINK-0000000003
      <-- KSTREAM-FILTER-0000000001
    Sink: KSTREAM-SINK-0000000003 (topic: results)
      <-- as-is
`);
  });

  it('refuses a topology without a source, a stream and a table of one topic, two nodes of one name', () => {
    expect(() => new StreamsBuilder().build()).toThrow('reads no topic');
    const builder = new StreamsBuilder();
    const stream = builder.stream(readings);
    expect(() => builder.table(readings)).toThrow('The topic readings is read twice');
    stream.filter(() => true, 'mine');
    expect(() => stream.filter(() => true, 'mine')).toThrow('Two operators are named "mine"');
  });
});
