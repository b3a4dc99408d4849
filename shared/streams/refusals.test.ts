import { describe, expect, it } from 'vitest';
import {
  JoinWindows,
  keyValueStore,
  type Processor,
  type ProcessorContext,
  SessionWindows,
  SlidingWindows,
  StreamsBuilder,
  Suppressed,
  serdes,
  serdeTopic,
  TimeWindows,
} from './index.js';

const numbers = (name: string) =>
  serdeTopic<string, number>({ name, key: serdes.string, value: serdes.json<number>() });

const lookingFor = (store: string) => (): Processor<string, number, string, number> => ({
  init: (context: ProcessorContext<string, number>) => void context.getStateStore(store),
  process: () => undefined,
});

describe('what a topology refuses while it is built', () => {
  it('a store that there is not, naming the operator and the remedy', () => {
    const builder = new StreamsBuilder();
    builder.stream(numbers('in')).process(lookingFor('memory'), { named: 'reminder', stores: ['memory'] });
    expect(() => builder.build()).toThrow(
      'The operator reminder asks for the store "memory", which there is not; add it with builder.addStateStore',
    );
    expect(() => builder.addStateStore(keyValueStore({ name: 'memory' })).build()).not.toThrow();
  });

  it('two stores, and two operators, of one name', () => {
    const builder = new StreamsBuilder().addStateStore(keyValueStore({ name: 'memory' }));
    expect(() => builder.addStateStore(keyValueStore({ name: 'memory' }))).toThrow('Two stores are named "memory"');
    const stream = builder.stream(numbers('in'));
    expect(() => stream.groupByKey().count({ store: 'memory' })).toThrow('Two stores are named "memory"');
    stream.filter(() => true, 'mine');
    expect(() => stream.mapValues((value) => value, 'mine')).toThrow('Two operators are named "mine"');
    expect(() => builder.addStateStore(keyValueStore({ name: 'a b' }))).toThrow('may have letters, digits');
  });

  it('a topic that is read as a stream and as a table, or as a global table beside', () => {
    const builder = new StreamsBuilder();
    builder.table(numbers('in'));
    expect(() => builder.stream(numbers('in'))).toThrow('in is read as a table already');
    expect(() => builder.globalTable(numbers('in'))).toThrow('in is read twice; a global table needs it for itself');
  });

  it('a second stream of a topic that is to be read in another way', () => {
    const builder = new StreamsBuilder();
    const timestampExtractor = () => 5;
    builder.stream(numbers('in'), { timestampExtractor, offsetReset: 'latest' });
    expect(() => builder.stream(numbers('in'))).not.toThrow();
    expect(() => builder.stream(numbers('in'), { timestampExtractor, offsetReset: 'latest' })).not.toThrow();
    expect(() => builder.stream(numbers('in'), { offsetReset: 'earliest' })).toThrow(
      'The topic in is read as a stream already, with another offsetReset',
    );
    expect(() => builder.stream(numbers('in'), { timestampExtractor: () => 6 })).toThrow('another timestampExtractor');
  });

  it('a repartition topic of a name or a size that no topic has', () => {
    const stream = new StreamsBuilder().stream(numbers('in'));
    expect(() => stream.repartition({ named: 'spread', partitions: 0 })).toThrow(
      'The repartition topic of spread is to have 0 partitions; it needs 1 or more.',
    );
    expect(() => stream.repartition({ named: 'a b/ü' })).toThrow(
      'The operator "a b/ü" needs a repartition topic of its name',
    );
    expect(() => stream.groupBy((key) => `${key}!`, { named: 'by all' }).count()).toThrow('The operator "by all"');
  });

  it('two branches of one name', () => {
    const split = new StreamsBuilder()
      .stream(numbers('in'))
      .split('fork')
      .branch(() => true, 'a');
    expect(() => split.branch(() => true, 'a')).toThrow('Two branches of fork are named "a"');
  });

  it.each([
    ['a grace below zero', () => TimeWindows.ofSizeAndGrace(10, -1), 'The grace of time windows is -1'],
    ['windows of no size', () => TimeWindows.ofSizeWithNoGrace(0), 'The size of time windows is 0'],
    ['half a millisecond', () => TimeWindows.ofSizeWithNoGrace(0.5), 'a whole number of milliseconds'],
    ['an advance beyond the size', () => TimeWindows.ofSizeWithNoGrace(10).advanceBy(11), 'fall between them'],
    [
      'an advance of nothing',
      () => TimeWindows.ofSizeWithNoGrace(10).advanceBy(0),
      'The advance of hopping windows is 0',
    ],
    ['an offset of a whole window', () => TimeWindows.ofSizeWithNoGrace(10).offsetBy(10), 'less than their size'],
    ['an offset below zero', () => TimeWindows.ofSizeWithNoGrace(10).offsetBy(-1), 'The offset of time windows is -1'],
    [
      'sliding grace below zero',
      () => SlidingWindows.ofTimeDifferenceAndGrace(1, -1),
      'The grace of sliding windows is -1',
    ],
    [
      'session grace below zero',
      () => SessionWindows.ofInactivityGapAndGrace(1, -1),
      'The grace of session windows is -1',
    ],
    ['join grace below zero', () => JoinWindows.ofTimeDifferenceAndGrace(1, -1), 'The grace of join windows is -1'],
    ['a join that ends first', () => JoinWindows.ofTimeDifferenceWithNoGrace(1).after(-2), 'end before they begin'],
    ['a time limit below zero', () => Suppressed.untilTimeLimit(-1), 'The time limit of suppress is -1'],
  ])('%s', (_what, make, sentence) => {
    expect(make).toThrow(sentence);
  });

  it('a retention that is shorter than its windows may change', () => {
    const windowed = new StreamsBuilder()
      .stream(numbers('in'))
      .groupByKey()
      .windowedBy(TimeWindows.ofSizeAndGrace(10, 5));
    expect(() => windowed.count({ retentionMs: 14, named: 'rate' })).toThrow(
      'rate is to keep its windows for 14 ms; it must be 15 at least',
    );
  });

  it('waiting for windows to close where there are none', () => {
    const table = new StreamsBuilder().table(numbers('in'));
    expect(() => table.suppress(Suppressed.untilWindowCloses(), 'final')).toThrow(
      'final waits for windows to close, but its table has none: suppress a windowed aggregate.',
    );
  });
});
