import { describe, expect, it } from 'vitest';
import {
  createTopologyTestDriver,
  type ErrorHandlers,
  type FailedRecord,
  keyValueStore,
  type Processor,
  type ProcessorContext,
  StreamsBuilder,
  serdes,
  serdeTopic,
  TimeWindows,
  type TopologyTestDriver,
} from './index.js';

const input = serdeTopic<string, number>({ name: 'in', key: serdes.string, value: serdes.json<number>() });
const output = serdeTopic<string, string>({ name: 'out', key: serdes.string, value: serdes.string });

function drive(handlers: ErrorHandlers & { deadLetterTopic?: string }): Promise<TopologyTestDriver> {
  const builder = new StreamsBuilder();
  builder
    .stream(input)
    .mapValues((value) => {
      if (value === 13) throw new RangeError('thirteen');
      // As a program without types would: a number where text is to be written.
      return value === 99 ? (value as unknown as string) : String(value);
    }, 'spell')
    .to(output, 'write');
  return createTopologyTestDriver(builder.build(), handlers);
}

const record = (value: number) => ({ key: 'k', value, timestamp: 5 });
const garbage = { key: 'k', value: Buffer.from('{'), timestamp: 5 };

describe('a record that fails', () => {
  it('fails the application by default, with its coordinates, its operator and what was thrown', async () => {
    const driver = await drive({});
    await driver.pipe(input, [record(1)]);
    await expect(driver.pipe(input, [record(13)])).rejects.toMatchObject({
      code: 'record-unprocessable',
      message: 'Processing in-0 at offset 1 in spell: thirteen',
      cause: expect.any(RangeError),
    });
    await expect(drive({}).then((other) => other.pipeRaw(input, [garbage]))).rejects.toMatchObject({
      code: 'record-undecodable',
      message: expect.stringMatching(/^Reading in-0 at offset 0 in KSTREAM-SOURCE-0000000000: Reading JSON: /),
    });
    await expect(drive({}).then((other) => other.pipe(input, [record(99)]))).rejects.toMatchObject({
      message: expect.stringMatching(
        /^Writing what came of in-0 at offset 0 in write: A number was to be written as text/,
      ),
    });
  });

  it('is passed over where its handler says so, and the handler is told everything', async () => {
    const failed: FailedRecord[] = [];
    const goOn = (failure: FailedRecord) => {
      failed.push(failure);
      return 'continue' as const;
    };
    const driver = await drive({
      deserializationExceptionHandler: goOn,
      processingExceptionHandler: goOn,
      productionExceptionHandler: goOn,
    });
    await driver.pipeRaw(input, [garbage]);
    await driver.pipe(input, [record(13), record(99), record(1)]);
    expect((await driver.read(output)).map(({ value }) => value)).toEqual(['1']);
    expect(failed.map(({ stage, operator, record: at }) => [stage, operator, at?.offset])).toEqual([
      ['deserialization', 'KSTREAM-SOURCE-0000000000', 0],
      ['processing', 'spell', 1],
      ['production', 'write', 2],
    ]);
    expect(driver.metrics.failedRecordsTotal).toBe(3);
  });

  it('becomes a dead letter where there is a topic for them: bytes as they were, headers of KIP-1034', async () => {
    const driver = await drive({ deadLetterTopic: 'dead' });
    await driver.pipeRaw(input, [{ ...garbage, headers: { trace: 'x' } }]);
    await driver.pipe(input, [record(13), record(1)]);
    expect((await driver.read(output)).map(({ value }) => value)).toEqual(['1']);
    const letters = driver.readDeadLetters();
    expect(letters.map(({ record: letter }) => [letter.value?.toString(), letter.headers?.trace])).toEqual([
      ['{', 'x'],
      ['13', undefined],
    ]);
    expect(letters.map(({ reason }) => reason)).toEqual([
      expect.objectContaining({ topic: 'in', partition: 0, offset: 0, code: 'record-undecodable' }),
      {
        topic: 'in',
        partition: 0,
        offset: 1,
        code: 'record-unprocessable',
        message: 'Processing in-0 at offset 1 in spell: thirteen',
      },
    ]);
  });

  it('cannot become a dead letter where there is no topic for them', async () => {
    const driver = await drive({ processingExceptionHandler: () => 'dead-letter' });
    await expect(driver.pipe(input, [record(13)])).rejects.toThrow('there is no dead-letter topic');
  });

  it('ends the application where its handler throws, with its coordinates', async () => {
    const driver = await drive({
      deadLetterTopic: 'dead',
      processingExceptionHandler: () => {
        throw new Error('no idea');
      },
    });
    await expect(driver.pipe(input, [record(13)])).rejects.toMatchObject({
      code: 'usage',
      message:
        'Processing in-0 at offset 0 in spell: the processing exception handler threw "no idea", asked about: ' +
        'Processing in-0 at offset 0 in spell: thirteen',
    });
  });

  it.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 1_732_563_886_000_000_000])(
    'has no time of %d milliseconds',
    async (timestamp) => {
      const builder = new StreamsBuilder();
      builder
        .stream(input, { timestampExtractor: ({ value }) => (value === 13 ? timestamp : 5) })
        .groupByKey()
        .windowedBy(TimeWindows.ofSizeWithNoGrace(10))
        .count({ store: 'counts' });
      const driver = await createTopologyTestDriver(builder.build(), { deadLetterTopic: 'dead' });
      await driver.pipe(input, [record(13), record(1)]);
      expect(driver.readDeadLetters().map(({ reason }) => [reason?.offset, reason?.code])).toEqual([
        [0, 'record-undecodable'],
      ]);
      expect(driver.windowStore('counts').fetchAll(0, 100)).toMatchObject([{ start: 0, value: 1 }]);
      expect(() => TimeWindows.ofSizeWithNoGrace(10).windowsFor(Number.POSITIVE_INFINITY)).toThrow(
        'No window has the time Infinity',
      );
    },
  );

  it('may not be forwarded by a processor with such a time', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream(input)
      .process(
        (): Processor<string, number, string, string> => {
          let context: ProcessorContext<string, string>;
          return {
            init(given) {
              context = given;
            },
            process: ({ key }) => context.forward({ key, value: 'late', timestamp: 1.5 }),
          };
        },
        { named: 'halve' },
      )
      .to(output);
    const driver = await createTopologyTestDriver(builder.build());
    await expect(driver.pipe(input, [record(1)])).rejects.toThrow(
      'Processing in-0 at offset 0 in halve: halve forwards a record with the timestamp 1.5; it must be whole milliseconds',
    );
  });

  it('is judged by its time, too: one before 1970 needs an extractor', async () => {
    const driver = await drive({});
    await expect(driver.pipe(input, [{ ...record(1), timestamp: -1 }])).rejects.toThrow(
      'The record has the timestamp -1; it must be whole milliseconds since the epoch, from 0 to 8.64e15',
    );
    const builder = new StreamsBuilder();
    builder
      .stream(input, { timestampExtractor: ({ value }) => Number(value) })
      .mapValues(String)
      .to(output);
    const extracting = await createTopologyTestDriver(builder.build());
    await extracting.pipe(input, [{ ...record(7), timestamp: -1 }]);
    expect(await extracting.read(output)).toMatchObject([{ value: '7', timestamp: 7 }]);
  });
});

describe('a punctuation that fails', () => {
  const driver = (handlers: ErrorHandlers & { deadLetterTopic?: string }): Promise<TopologyTestDriver> => {
    const builder = new StreamsBuilder().addStateStore(keyValueStore<string, number>({ name: 'seen' }));
    builder.stream(input).process(
      (): Processor<string, number, string, string> => ({
        init(context: ProcessorContext<string, string>) {
          context.schedule(10, 'wall-clock-time', () => {
            throw new Error('too late');
          });
        },
        process: () => undefined,
      }),
      { named: 'watch', stores: ['seen'] },
    );
    return createTopologyTestDriver(builder.build(), handlers);
  };

  it('has no record to name, and its handler decides all the same', async () => {
    await expect(driver({}).then((failing) => failing.advanceWallClockTime(10))).rejects.toThrow(
      'Processing a punctuation in watch: too late',
    );
    for (const handlers of [{}, { processingExceptionHandler: () => 'dead-letter' as const }]) {
      const failing = await driver({ deadLetterTopic: 'dead', ...handlers });
      await expect(failing.advanceWallClockTime(10)).rejects.toThrow('Processing a punctuation in watch: too late');
    }
    const going = await driver({ processingExceptionHandler: () => 'continue' });
    await going.advanceWallClockTime(10);
    expect(going.metrics.failedRecordsTotal).toBe(1);
  });
});

describe('a record of a global table that fails', () => {
  it('is passed over and counted, and the table keeps what it had', async () => {
    const builder = new StreamsBuilder();
    builder.globalTable(input, { store: 'all' });
    builder.stream(output).filter(() => false);
    const driver = await createTopologyTestDriver(builder.build());
    await driver.pipe(input, [{ key: 'k', value: 1, timestamp: 5 }]);
    await driver.pipeRaw(input, [garbage, { ...garbage, key: null }]);
    expect(driver.metrics).toMatchObject({ failedRecordsTotal: 1, droppedRecords: { null: 1 } });
    expect(driver.keyValueStore('all').get('k')).toBe(1);
  });
});
