import { describe, expect, it } from 'vitest';
import { createTopologyTestDriver, StreamsBuilder, serdeTopic } from './index.js';
import { type Serde, serdes } from './serde.js';

const json = serdes.json<unknown>();
const roundTrip = (value: unknown): unknown => json.deserialize(json.serialize(value));

class Money {
  constructor(readonly cents: number) {}
}

describe('JSON', () => {
  it.each([
    [
      'a map',
      new Map<unknown, unknown>([
        ['a', 1],
        [{ of: 'objects' }, new Set([1n])],
      ]),
    ],
    ['a set', new Set<unknown>(['a', new Date(5), [Number.NaN]])],
    ['typed arrays', [new Float64Array([1, -0.5]), new Int16Array([1, -2]), new BigInt64Array([1n << 40n])]],
    ['a part of a typed array', { part: new Float32Array([1, 2, 3]).subarray(1, 2) }],
    ['bytes', Buffer.from('bytes')],
    ['numbers', [-0, Number.NaN, Number.NEGATIVE_INFINITY, 2 ** 60, 0.1]],
    ['a number', 17],
    ['-0', -0],
    ['an object without a prototype, as one with it', { a: Object.assign(Object.create(null), { b: 1 }) }],
  ])('keeps %s', (_what, value) => {
    expect(roundTrip(value)).toEqual(value);
  });

  it('writes as JSON what knows how', () => {
    expect(roundTrip({ at: { toJSON: () => 'now' }, url: new URL('http://example.com') })).toEqual({
      at: 'now',
      url: 'http://example.com/',
    });
  });

  it.each([
    ['Money', new Money(5)],
    ['Money', { nested: [new Money(5)] }],
    ['RegExp', /a/],
    ['Error', new Error('lost')],
    ['ArrayBuffer', new ArrayBuffer(1)],
    ['DataView', new DataView(new ArrayBuffer(1))],
  ])('refuses an object of the class %s, of which it would lose what it is', (name, value) => {
    expect(() => json.serialize(value)).toThrow(
      `An object of the class ${name} cannot be written as JSON; give the store (or topic) a serde.`,
    );
  });
});

describe('numbers', () => {
  it('are doubles one after the other', () => {
    const value = [0, -1.5, 2 ** 53, Number.NaN];
    const bytes = serdes.numbers.serialize(value);
    expect(bytes).toHaveLength(32);
    expect(bytes.readDoubleBE(8)).toBe(-1.5);
    expect(serdes.numbers.deserialize(bytes)).toEqual(value);
  });

  it('are not what has part of one', () => {
    expect(() => serdes.numbers.deserialize(Buffer.alloc(12))).toThrow(
      'Doubles have 8 bytes each; these are 12 together.',
    );
  });
});

it('looks up what it needs before the values of a topic are read, nulls among them', async () => {
  const prepared: (string | undefined)[] = [];
  const value: Serde<string> = {
    ...serdes.string,
    async prepare(values) {
      await Promise.resolve();
      prepared.push(...Array.from(values, (bytes) => bytes?.toString()));
    },
    deserialize: (bytes) => `${prepared.includes(bytes.toString()) ? 'prepared' : 'surprised'} ${bytes.toString()}`,
  };
  const from = serdeTopic<string, string | null>({ name: 'from', key: serdes.string, value });
  const to = serdeTopic<string, string | null>({ name: 'to', key: serdes.string, value: serdes.string });
  const builder = new StreamsBuilder();
  builder.stream(from).to(to);
  const driver = await createTopologyTestDriver(builder.build());
  const records = ['a', null, 'b'].map((given, timestamp) => ({ key: 'k', value: given, timestamp }));
  await driver.pipe(from, records);
  expect((await driver.read(to)).map((record) => record.value)).toEqual(['prepared a', null, 'prepared b']);
});
