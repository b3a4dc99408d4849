import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startBroker } from '#shared/embedded/broker';
import { connectCluster } from '#shared/kafka';
import { projectFile } from '#shared/project-file';
import * as streams from './index.js';
import {
  createTopologyTestDriver,
  JoinWindows,
  KGroupedStream,
  KGroupedTable,
  KStream,
  KTable,
  keyValueStore,
  type Processor,
  type ProcessorContext,
  SessionWindowedKStream,
  StreamsBuilder,
  Suppressed,
  serdes,
  serdeTopic,
  startStreams,
  TimeWindowedKStream,
  TimeWindows,
} from './index.js';

const text = readFileSync(projectFile('docs/streams.md'), 'utf8');
const source = readFileSync(projectFile('shared/streams/documentation.test.ts'), 'utf8');

/** Code without its indentation and line breaks: a document has its own. */
const squeezed = (code: string): string => code.replaceAll(/\s+/g, '');

const words = serdeTopic<string, string>({ name: 'words', key: serdes.string, value: serdes.string });
const counts = serdeTopic<string, number>({ name: 'counts', key: serdes.string, value: serdes.long });

describe('docs/streams.md', () => {
  it('has no code that is not run here', () => {
    const blocks = Array.from(text.matchAll(/^```ts\n(.*?)^```/gms), ([, code = '']) => code);
    expect(blocks.length).toBeGreaterThan(5);
    for (const block of blocks) expect(squeezed(source)).toContain(squeezed(block));
  });

  it('names each operator that there is, and none that there is not', () => {
    const classes = { KStream, KTable, KGroupedStream, KGroupedTable, TimeWindowedKStream, SessionWindowedKStream };
    const row = /^\| `(\w+)`((?:, `\w+`)*) \| (?:same|different)/gm;
    const tables = [...text.matchAll(/^### (\w+)\n(.*?)(?=^##)/gms)];
    for (const [name, { prototype }] of Object.entries(classes)) {
      const [, , section = ''] = tables.find(([, title]) => title === name) ?? [];
      const named = [...section.matchAll(row)].flatMap(([line]) =>
        [...line.matchAll(/`(\w+)`/g)].map(([, operator]) => operator),
      );
      const methods = Object.getOwnPropertyNames(prototype).filter(
        (method) => !['constructor', 'queryableStoreName'].includes(method),
      );
      expect(new Set(named), name).toEqual(new Set(methods));
    }
  });

  it('names what is exported for people to use', () => {
    for (const name of Object.keys(streams)) expect(text).toContain(name);
  });
});

describe('its examples', () => {
  it('count words on a cluster', async () => {
    const broker = await startBroker({ port: 0, topics: [words, counts].map(({ name }) => ({ name, partitions: 2 })) });
    const cluster = await connectCluster({ brokers: [broker.address], clientId: 'word-count' });

    const builder = new StreamsBuilder();
    builder
      .stream(words)
      .flatMapValues((line) => line.toLowerCase().split(' '))
      .groupBy((_key, word) => word)
      .count({ store: 'counts' })
      .toStream()
      .to(counts);
    const streams = await startStreams(builder.build(), { cluster, applicationId: 'word-count' });

    await streams.close();
    await cluster.close();
    await broker.close();
    expect(streams.state).toBe('NOT_RUNNING');
  });

  it('test a topology without a broker', async () => {
    const builder = new StreamsBuilder();
    builder.stream(words).groupByKey().count({ store: 'counts' }).toStream().to(counts);

    const driver = await createTopologyTestDriver(builder.build());
    await driver.pipe(words, [
      { key: 'a', value: 'x', timestamp: 10 },
      { key: 'a', value: 'y', timestamp: 20 },
    ]);
    expect(await driver.read(counts)).toMatchObject([
      { key: 'a', value: 1, timestamp: 10 },
      { key: 'a', value: 2, timestamp: 20 },
    ]);
    expect(driver.keyValueStore('counts').get('a')).toBe(2);
  });

  it('give the final result of a window once', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream(words)
      .groupByKey()
      .windowedBy(TimeWindows.ofSizeAndGrace(60_000, 10_000))
      .count()
      .suppress(Suppressed.untilWindowCloses())
      .toStream()
      .map(({ key, window }, count) => [`${key}@${window.start}`, count] as const)
      .to(counts);

    const driver = await createTopologyTestDriver(builder.build());
    const at = (timestamp: number) => ({ key: 'a', value: '', timestamp });
    await driver.pipe(words, [at(0), at(59_999), at(69_999), at(70_000)]);
    expect(await driver.read(counts)).toMatchObject([{ key: 'a@0', value: 2, timestamp: 59_999 }]);
  });

  it('join two streams', async () => {
    const clicks = serdeTopic<string, string>({ name: 'clicks', key: serdes.string, value: serdes.string });
    const joined = serdeTopic<string, string>({ name: 'joined', key: serdes.string, value: serdes.string });
    const builder = new StreamsBuilder();
    builder
      .stream(words)
      .leftJoin(
        builder.stream(clicks),
        (word, click) => `${word} ${click ?? 'not clicked'}`,
        JoinWindows.ofTimeDifferenceAndGrace(1_000, 0).before(0),
      )
      .to(joined);

    const driver = await createTopologyTestDriver(builder.build(), { emitIntervalMs: 0 });
    await driver.pipe(words, [{ key: 'ad', value: 'shown', timestamp: 0 }]);
    await driver.pipe(clicks, [{ key: 'ad', value: 'clicked', timestamp: 800 }]);
    await driver.pipe(words, [{ key: 'other', value: 'shown', timestamp: 900 }]);
    await driver.pipe(words, [{ key: 'late', value: 'shown', timestamp: 2_000 }]);
    expect((await driver.read(joined)).map(({ key, value }) => `${key}: ${value}`)).toEqual([
      'ad: shown clicked',
      'other: shown not clicked',
    ]);
  });

  it('keep a store of their own', async () => {
    const builder = new StreamsBuilder();
    builder.addStateStore(keyValueStore<string, number>({ name: 'latest', value: serdes.long }));
    builder
      .stream(words)
      .process(
        (): Processor<string, string, string, number> => {
          let context: ProcessorContext<string, number>;
          let latest: streams.KeyValueStore<string, number>;
          return {
            init(given) {
              context = given;
              latest = context.getStateStore('latest');
              context.schedule(60_000, 'stream-time', (timestamp) => {
                for (const [key, seenAt] of latest.all()) {
                  if (timestamp - seenAt > 60_000) context.forward({ key, value: timestamp - seenAt, timestamp });
                }
              });
            },
            process({ key, timestamp }) {
              latest.put(key, timestamp);
            },
          };
        },
        { stores: ['latest'] },
      )
      .to(counts);

    const driver = await createTopologyTestDriver(builder.build());
    const at = (key: string, timestamp: number) => ({ key, value: '', timestamp });
    await driver.pipe(words, [at('quiet', 0), at('busy', 59_000), at('busy', 61_000)]);
    expect(await driver.read(counts)).toMatchObject([{ key: 'quiet', value: 61_000, timestamp: 61_000 }]);
  });

  it('call something asynchronous for many records at once', async () => {
    const lookUp = async (many: readonly string[]): Promise<number[]> => many.map(({ length }) => length);
    const builder = new StreamsBuilder();
    builder
      .stream(words)
      .mapBatch((records) => lookUp(records.map(({ value }) => value)))
      .to(counts);

    const driver = await createTopologyTestDriver(builder.build());
    await driver.pipe(words, [{ key: 'a', value: 'four', timestamp: 1 }]);
    expect(await driver.read(counts)).toMatchObject([{ key: 'a', value: 4 }]);
  });
});
