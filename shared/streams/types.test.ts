import { describe, expect, expectTypeOf, it } from 'vitest';
import { defineTopic } from '#shared/schema';
import {
  type BatchScorer,
  type GlobalKTable,
  JoinWindows,
  type Key,
  type KStream,
  type KTable,
  type Scored,
  SessionWindows,
  StreamsBuilder,
  serdes,
  serdeTopic,
  TimeWindows,
  type Windowed,
} from './index.js';

// What is marked as an error here is checked by the compiler, in `npm run ok:types`: were it none, the mark would be one.

interface Flight {
  readonly id: string;
  readonly delay: number;
}

interface Airport {
  readonly city: string;
}

const flights = defineTopic<Flight>({
  name: 'flights',
  partitions: 1,
  schema: {
    type: 'record',
    name: 'Flight',
    fields: [
      { name: 'id', type: 'string' },
      { name: 'delay', type: 'int' },
    ],
  },
});
const airports = serdeTopic<string, Airport>({ name: 'airports', key: serdes.string, value: serdes.json<Airport>() });
const counts = serdeTopic<string, number>({ name: 'counts', key: serdes.string, value: serdes.long });

describe('the types of a topology', () => {
  const builder = new StreamsBuilder();
  const stream = builder.stream(flights);
  const table = builder.table(airports);

  it('come from its topics', () => {
    expectTypeOf(stream).toEqualTypeOf<KStream<Key, Flight>>();
    expectTypeOf(table).toEqualTypeOf<KTable<string, Airport>>();
    expectTypeOf(new StreamsBuilder().globalTable(airports)).toEqualTypeOf<GlobalKTable<string, Airport>>();
  });

  it('flow through mappers, and refuse a field that is not there', () => {
    const delays = stream.mapValues(({ delay }) => delay / 60);
    expectTypeOf(delays).toEqualTypeOf<KStream<Key, number>>();
    expectTypeOf(stream.map((_key, { id, delay }) => [id, { delay }] as const)).toEqualTypeOf<
      KStream<string, { readonly delay: number }>
    >();
    // @ts-expect-error a flight has a delay, no lateness
    stream.mapValues(({ lateness }) => lateness);
    // @ts-expect-error its delay is a number
    stream.filter((_key, { delay }) => delay.startsWith('1'));
    // @ts-expect-error a predicate says yes or no
    stream.filter((_key, { id }) => id);
  });

  it('hold a sink to what its topic takes', () => {
    const rows = stream.selectKey((_key, { id }) => id).mapValues(({ delay }) => delay);
    rows.to(counts);
    rows.to(counts, 'named');
    // @ts-expect-error the values are flights
    stream.selectKey((_key, { id }) => id).to(counts);
    // @ts-expect-error the keys are numbers
    rows.selectKey((_key, value) => value).to(counts, 'numbered');
  });

  it('know aggregates and windows', () => {
    const grouped = stream.groupBy((_key, { id }) => id);
    expectTypeOf(grouped.count()).toEqualTypeOf<KTable<string, number>>();
    const windowed = grouped.windowedBy(TimeWindows.ofSizeWithNoGrace(10));
    expectTypeOf(windowed.count()).toEqualTypeOf<KTable<Windowed<string>, number>>();
    const total = windowed.aggregate(
      () => 0,
      (_key, { delay }, sum) => sum + delay,
    );
    expectTypeOf(total.toStream()).toEqualTypeOf<KStream<Windowed<string>, number | null>>();
    const sessions = grouped.windowedBy(SessionWindows.ofInactivityGapWithNoGrace(10));
    // @ts-expect-error sessions that grow together need a merger
    sessions.aggregate(
      () => 0,
      (_key: string, { delay }: Flight, sum: number) => sum + delay,
    );
    const initial = (): string => '';
    const add = (_key: string, { delay }: Flight, sum: number): number => sum + delay;
    // @ts-expect-error a sum is no text
    windowed.aggregate(initial, add);
  });

  it('tell joiners which side may be missing', () => {
    const joined = stream.selectKey((_key, { id }) => id).join(table, ({ delay }, { city }) => `${city}: ${delay}`);
    expectTypeOf(joined).toEqualTypeOf<KStream<string, string>>();
    stream.selectKey((_key, { id }) => id).leftJoin(table, ({ delay }, airport) => `${airport?.city}: ${delay}`);
    // @ts-expect-error in a left join the airport may be missing
    stream.selectKey((_key, { id }) => id).leftJoin(table, ({ delay }, { city }) => `${city}: ${delay}`);
    const windows = JoinWindows.ofTimeDifferenceWithNoGrace(10);
    stream.outerJoin(stream, (left, right) => left?.delay ?? right?.delay, windows);
    // @ts-expect-error from both sides either may be missing
    stream.outerJoin(stream, (left, right) => left.delay + right.delay, windows);
    const add = (left: Flight, right: Flight): number => left.delay + right.delay;
    // @ts-expect-error a stream-stream join needs its windows
    expect(() => stream.join(stream, add)).toThrow('give it JoinWindows');
  });

  it('hold a model to what it can read, and give what it says', () => {
    const model: BatchScorer<Flight> = { name: 'm', version: '1', score: async () => [] };
    expectTypeOf(stream.score(model)).toEqualTypeOf<KStream<Key, Scored<Flight>>>();
    const delays = stream.mapValues(({ delay }) => ({ delay }));
    // @ts-expect-error the model reads flights
    delays.score(model);
  });

  it('name the branches of a split', () => {
    const { late, rest } = stream
      .split()
      .branch((_key, { delay }) => delay > 15, 'late')
      .defaultBranch('rest');
    expectTypeOf(late).toEqualTypeOf<KStream<Key, Flight>>();
    expectTypeOf(rest).toEqualTypeOf<KStream<Key, Flight>>();
    const branches = stream
      .split('other')
      .branch(() => true, 'all')
      .noDefaultBranch();
    // @ts-expect-error there is no branch of that name
    expect(branches.none).toBeUndefined();
  });
});
