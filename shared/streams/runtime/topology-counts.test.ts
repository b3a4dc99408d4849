import { describe, expect, it, vi } from 'vitest';
import { describeOnEachKafka } from '#shared/testing';
import { StreamsBuilder } from '../dsl/streams-builder.js';
import type { Processor, ProcessorContext } from '../operators/process.js';
import { serdes } from '../serde.js';
import { createTopologyTestDriver } from '../test-driver/topology-test-driver.js';
import { serdeTopic } from '../topics.js';
import type { Topology } from '../topology/topology.js';
import { TestApplication } from './test-application.js';

const topic = (name: string) => serdeTopic<string, string>({ name, key: serdes.string, value: serdes.string });
const [lines, others, names, out] = [topic('lines'), topic('others'), topic('names'), topic('out')];
const longs = serdeTopic<string, number>({ name: 'counts', key: serdes.string, value: serdes.long });

const built = (build: (builder: StreamsBuilder) => void): Topology => {
  const builder = new StreamsBuilder();
  build(builder);
  return builder.build();
};

/** What was counted, beside the arrows of the topology's text. */
function inWords(topology: Topology, { edges }: { readonly edges: readonly number[] }): string[] {
  const blocks = topology.describe().split(/^ {4}(?=Source|Processor|Sink)/m);
  const arrows = blocks.flatMap((block) => {
    const from = /^\w+: (\S+)/.exec(block)?.[1];
    const children = /--> (.*)/.exec(block)?.[1] ?? 'none';
    return children === 'none' ? [] : children.split(', ').map((child) => `${from} → ${child}`);
  });
  expect(edges).toHaveLength(arrows.length);
  return arrows.map((arrow, at) => `${arrow}: ${edges[at]}`);
}

const records = (...values: string[]) => values.map((value) => ({ key: 'k', value, timestamp: 0 }));

describe('what went along the edges of a topology', () => {
  it('is counted for each way of a fork, and of those that meet, by themselves', async () => {
    const topology = built((builder) => {
      const stream = builder.stream(lines);
      const long = stream.filter((_key, value) => value.length > 1, 'long');
      stream
        .filter((_key, value) => value !== 'b', 'no-b')
        .merge(long, 'both')
        .to(out, 'end');
    });
    const driver = await createTopologyTestDriver(topology);
    await driver.pipe(lines, records('a', 'b', 'bb', 'ccc'));
    expect(inWords(topology, driver.counts)).toEqual([
      'KSTREAM-SOURCE-0000000000 → long: 4',
      'KSTREAM-SOURCE-0000000000 → no-b: 4',
      'long → both: 2',
      'no-b → both: 3',
      'both → end: 5',
    ]);
  });

  it('is counted where a processor forwards to one child alone', async () => {
    const topology = built((builder) => {
      const split = builder.stream(lines).process(
        (): Processor<string, string, string, string> => {
          let context: ProcessorContext<string, string> | undefined;
          return {
            init: (given) => {
              context = given;
            },
            process: ({ value }) => {
              const to = value === 'a' ? 'first' : 'second';
              context?.forward({ key: to, value: to, timestamp: 0 }, to);
            },
          };
        },
        { named: 'split' },
      );
      split
        .filter(() => true, 'first')
        .merge(
          split.filter(() => false, 'second'),
          'both',
        )
        .to(out, 'end');
    });
    const driver = await createTopologyTestDriver(topology);
    await driver.pipe(lines, records('a', 'b', 'c'));
    expect(inWords(topology, driver.counts)).toEqual([
      'KSTREAM-SOURCE-0000000000 → split: 3',
      'split → first: 1',
      'split → second: 2',
      'first → both: 1',
      'second → both: 0',
      'both → end: 1',
    ]);
  });

  it('goes on behind a batched operator and a topic in between, and into a global table', async () => {
    const topology = built((builder) => {
      const table = builder.globalTable(names, { store: 'names' });
      builder
        .stream(lines)
        .mapBatch((chunk) => Promise.resolve(chunk.map(({ value }) => value)), 'call')
        .repartition({ named: 'again' })
        .join(
          table,
          (key) => key,
          (value, name) => value + name,
          'name-it',
        )
        .to(out, 'end');
    });
    const driver = await createTopologyTestDriver(topology);
    await driver.pipe(names, [{ key: 'k', value: 'n', timestamp: 0 }]);
    await driver.pipe(lines, records('a', 'b'));
    expect(inWords(topology, driver.counts)).toEqual([
      'KSTREAM-SOURCE-0000000002 → call: 2',
      'call → again-repartition-filter: 2',
      'again-repartition-filter → again-repartition-sink: 2',
      'again-repartition-source → name-it: 2',
      'name-it → end: 2',
      'KSTREAM-SOURCE-0000000000 → KTABLE-SOURCE-0000000001: 1',
    ]);
  });
});

describe('what failed at the nodes of a topology', () => {
  it('is counted at the source that could not decode it, or the operator that threw', async () => {
    const topology = built((builder) => {
      const strict = (_key: string, value: string): boolean => {
        if (value === 'bad') throw new Error('bad');
        return true;
      };
      builder
        .stream(longs)
        .filter(() => true, 'lenient')
        .to(longs, 'longs');
      builder.stream(lines).filter(strict, 'strict').to(out, 'end');
    });
    const driver = await createTopologyTestDriver(topology, { deadLetterTopic: 'dead-letters' });
    await driver.pipeRaw(longs, [{ key: 'k', value: Buffer.from('no long'), timestamp: 0 }]);
    await driver.pipe(lines, records('bad', 'good', 'bad'));
    const { nodes } = topology;
    const failed = Object.fromEntries(nodes.map(({ name }, at) => [name, driver.counts.failed[at]]));
    expect(failed).toEqual({
      'KSTREAM-SOURCE-0000000000': 1,
      lenient: 0,
      longs: 0,
      'KSTREAM-SOURCE-0000000003': 0,
      strict: 2,
      end: 0,
    });
  });
});

await describeOnEachKafka('an application', (kafka) => {
  it('counts what all its tasks did, and says which partitions it has', async () => {
    await using test = await TestApplication.open(kafka, 'counted');
    await test.createTopics(2, lines, others, out);
    const topology = built((builder) => {
      builder.stream(lines).merge(builder.stream(others), 'both').to(out, 'end');
    });
    const streams = await test.start(topology);
    await test.produce(
      lines,
      Array.from({ length: 100 }, (_, at) => ({ key: `k${at}`, value: 'x', timestamp: at })),
    );
    await test.produce(others, records('y'));
    await vi.waitUntil(() => streams.metrics.processTotal === 101, { timeout: 20_000 });
    expect(inWords(topology, streams.counts)).toEqual([
      'KSTREAM-SOURCE-0000000000 → both: 100',
      'KSTREAM-SOURCE-0000000001 → both: 1',
      'both → end: 101',
    ]);
    const has = streams.partitions.map((each) => `${each.topic}-${each.partition}`).toSorted();
    expect(has).toEqual(
      [lines, others].flatMap((each) => [0, 1].map((at) => `${test.fullName(each)}-${at}`)).toSorted(),
    );
  });
});
