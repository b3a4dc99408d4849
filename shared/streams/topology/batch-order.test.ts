import { describe, expect, it } from 'vitest';
import {
  createTopologyTestDriver,
  JoinWindows,
  type KStream,
  keyValueStore,
  type Processor,
  StreamsBuilder,
  serdes,
  serdeTopic,
} from '../index.js';
import { batchOrder } from './batch-order.js';

const topic = (name: string) => serdeTopic<string, string>({ name, key: serdes.string, value: serdes.string });
const [input, out, other] = [topic('in'), topic('out'), topic('other')];

type Strings = KStream<string, string>;
const batched = (stream: Strings): Strings => stream.mapBatch(async (records) => records.map(({ value }) => value));
const using =
  (store: string) =>
  (stream: Strings): Strings =>
    stream.process((): Processor<string, string, string, string> => ({ process: () => undefined }), {
      stores: [store],
    });

/** What must not overtake what waits in the batched operators of a topology: nothing, everything, or nodes by their names. */
function waiting(build: (stream: Strings, builder: StreamsBuilder) => void): string | string[] {
  const builder = new StreamsBuilder();
  builder.addStateStore(keyValueStore({ name: 'memory' })).addStateStore(keyValueStore({ name: 'other-memory' }));
  build(builder.stream(input), builder);
  const order = batchOrder(builder.build().nodes);
  return typeof order === 'string' ? order : Array.from(order, ({ name }) => name).toSorted();
}

describe('what must not overtake the records that wait in a batched operator', () => {
  it('is nothing where every record goes through it', () => {
    expect(waiting((stream) => batched(batched(stream).filter(() => true)).to(out))).toBe('nothing');
    expect(waiting((stream) => using('memory')(batched(stream)).to(out))).toBe('nothing');
  });

  it('is nothing where the way round it ends elsewhere', () => {
    const ways = (stream: Strings): void => {
      batched(stream).to(out);
      stream.filter(() => true).to(other);
    };
    expect(waiting(ways)).toBe('nothing');
    const stores = (stream: Strings): void => {
      using('memory')(batched(stream)).to(out);
      using('other-memory')(stream).to(other);
    };
    expect(waiting(stores)).toBe('nothing');
  });

  it('is, where the two ways meet, what they meet in: an operator, a store or a topic', () => {
    const operator = (stream: Strings): void =>
      batched(stream)
        .merge(
          stream.filter(() => true),
          'meeting',
        )
        .to(out, 'end');
    expect(waiting(operator)).toEqual(['end', 'meeting']);
    const store = (stream: Strings): void => {
      using('memory')(batched(stream)).to(out);
      using('memory')(stream.filter(() => true)).to(other, 'end');
    };
    expect(waiting(store)).toEqual([expect.stringMatching(/^KSTREAM-PROCESSOR/), 'end']);
    const sink = (stream: Strings): void => {
      batched(stream).to(out);
      stream.to(out, 'beside');
    };
    expect(waiting(sink)).toEqual(['beside']);
  });

  it('is also what comes to something that a meeting leads to', () => {
    const ways = (stream: Strings): void => {
      batched(stream).to(out);
      const beside = stream.filter(() => true);
      using('memory')(beside).to(out, 'meeting');
      using('memory')(beside).to(other, 'not on the way');
    };
    expect(waiting(ways)).toEqual(['meeting']);
    const onTheWay = (stream: Strings): void => {
      const late = batched(stream).merge(stream, 'meeting');
      using('memory')(late).to(out);
      stream
        .process((): Processor<string, string, string, string> => ({ process: () => undefined }), {
          named: 'same store',
          stores: ['memory'],
        })
        .to(other, 'end');
    };
    expect(waiting(onTheWay)).toEqual(expect.arrayContaining(['meeting', 'same store', 'end']));
  });

  it('is where a join looks at a table that changes on a way round it', () => {
    const join = (stream: Strings, builder: StreamsBuilder): void => {
      batched(stream)
        .join(builder.table(other, { store: 'table' }), (a, b) => a + b)
        .to(out);
    };
    expect(waiting(join)).toEqual([expect.stringMatching(/^KTABLE-SOURCE/)]);
  });

  it('is everything where two batched operators lie side by side and end together', () => {
    expect(waiting((stream) => batched(stream).merge(batched(stream)).to(out))).toBe('everything');
  });

  it('is everything where what lies behind comes back, by a store or through a topic of the topology', () => {
    const byStore = (stream: Strings): void => using('memory')(batched(using('memory')(stream))).to(out);
    expect(waiting(byStore)).toBe('everything');
    const through = (stream: Strings): void => {
      batched(stream).repartition({ named: 'again' }).to(out);
      stream.repartition({ named: 'round' }).to(out, 'beside');
    };
    expect(waiting(through)).toBe('everything');
    expect(waiting((stream) => batched(stream).repartition({ named: 'again' }).to(out))).toBe('nothing');
  });
});

describe('a chunk whose records meet again behind a batched operator', () => {
  const marks = topic('marks');
  /** Values of one topic go through the batched operator, those of the other round it; they meet in a join. */
  async function run(chunk: number): Promise<{ calls: number; met: unknown[] }> {
    let calls = 0;
    const builder = new StreamsBuilder();
    builder
      .stream(input)
      .mapBatch((records) => {
        calls += 1;
        return Promise.resolve(records.map(({ value }) => value.toUpperCase()));
      })
      .join(builder.stream(marks), (a, b) => a + b, JoinWindows.ofTimeDifferenceWithNoGrace(3).before(0))
      .to(out);
    const driver = await createTopologyTestDriver(builder.build());
    const records = Array.from({ length: 60 }, (_, at) => ({
      topic: at % 3 === 1 ? marks : input,
      record: { key: `k${at % 2}`, value: `v${at}`, timestamp: at - (at % 7) },
    }));
    for (let from = 0; from < records.length; from += chunk) await driver.pipeAll(records.slice(from, from + chunk));
    return { calls, met: await driver.read(out) };
  }

  it('is one call all the same, and makes what its records make one by one', async () => {
    const [alone, together] = [await run(1), await run(60)];
    expect(together.calls).toBe(1);
    expect(alone.met.length).toBeGreaterThan(20);
    expect(together.met).toEqual(alone.met);
  });
});
