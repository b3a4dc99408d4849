import { describe, expect, it } from 'vitest';
import { type KStream, keyValueStore, type Processor, StreamsBuilder, serdes, serdeTopic } from '../index.js';
import { orderIsVisible } from './batch-order.js';

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

/** Whether it could be seen that records wait for each other in a topology. */
function isVisible(build: (stream: Strings, builder: StreamsBuilder) => void): boolean {
  const builder = new StreamsBuilder();
  builder.addStateStore(keyValueStore({ name: 'memory' })).addStateStore(keyValueStore({ name: 'other-memory' }));
  build(builder.stream(input), builder);
  return orderIsVisible(builder.build().nodes);
}

describe('whether it can be seen that a batched operator lets records wait', () => {
  it('is not where every record goes through it', () => {
    expect(isVisible((stream) => batched(batched(stream).filter(() => true)).to(out))).toBe(false);
    expect(isVisible((stream) => using('memory')(batched(stream)).to(out))).toBe(false);
  });

  it('is not where the way round it ends elsewhere', () => {
    const ways = (stream: Strings): void => {
      batched(stream).to(out);
      stream.filter(() => true).to(other);
    };
    expect(isVisible(ways)).toBe(false);
    const stores = (stream: Strings): void => {
      using('memory')(batched(stream)).to(out);
      using('other-memory')(stream).to(other);
    };
    expect(isVisible(stores)).toBe(false);
  });

  it('is where the two ways meet in an operator, a store or a topic', () => {
    expect(isVisible((stream) => batched(stream).merge(stream).to(out))).toBe(true);
    const store = (stream: Strings): void => {
      using('memory')(batched(stream)).to(out);
      using('memory')(stream).to(other);
    };
    expect(isVisible(store)).toBe(true);
    const sink = (stream: Strings): void => {
      batched(stream).to(out);
      stream.to(out, 'beside');
    };
    expect(isVisible(sink)).toBe(true);
  });

  it('is where a join looks at a table that changes on a way round it', () => {
    const join = (stream: Strings, builder: StreamsBuilder): void => {
      batched(stream)
        .join(builder.table(other), (a, b) => a + b)
        .to(out);
    };
    expect(isVisible(join)).toBe(true);
  });

  it('is where two batched operators lie side by side and end together', () => {
    const beside = (stream: Strings): void => batched(stream).merge(batched(stream)).to(out);
    expect(isVisible(beside)).toBe(true);
  });

  it('is looked for through the topology’s own topics, too', () => {
    const through = (stream: Strings): void => {
      batched(stream).repartition({ named: 'again' }).to(out);
      stream.repartition({ named: 'round' }).to(out, 'beside');
    };
    expect(isVisible(through)).toBe(true);
    expect(isVisible((stream) => batched(stream).repartition({ named: 'again' }).to(out))).toBe(false);
  });
});
