import avsc from 'avsc';
import { beforeAll, expect, it } from 'vitest';
import { type Registry, startRegistry } from '#shared/embedded/registry';
import { connectSchemas, defineTopic } from './index.js';

let registry: Registry;
beforeAll(async () => {
  registry = await startRegistry({ port: 0 });
  return () => registry.close();
});

/** avsc's long for bigints, to write what a Java producer may. */
const bigLong = avsc.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer(value: bigint) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : Number(a > b)),
});

const decimal = (scale: number) => ({ type: 'bytes', logicalType: 'decimal', precision: 30, scale });

/** A value as another client writes it, alone or in a union with null, read back with and without `everyNumber`. */
async function readBoth(
  alone: unknown,
  written: unknown,
  isNullable = false,
): Promise<{ every: unknown; plain: unknown }> {
  const type = isNullable ? ['null', alone] : alone;
  const schema = { type: 'record', name: 'Event', fields: [{ name: 'x', type }] };
  const name = `t${Math.random()}`.replace('.', '');
  const options = { url: registry.url };
  const topic = defineTopic<unknown>({ name, partitions: 1, schema });
  await connectSchemas(options).register(topic, name);
  const versions: unknown = await (await fetch(`${registry.url}/subjects/${name}-value/versions/latest`)).json();
  const id = typeof versions === 'object' && versions !== null && 'id' in versions ? Number(versions.id) : 0;
  const writer = avsc.Type.forSchema(alone as avsc.Schema, { registry: { long: bigLong } });
  const header = Buffer.alloc(5);
  header.writeInt32BE(id, 1);
  // The second branch of a union, written as Avro writes a 1.
  const value = Buffer.concat([header, Buffer.from(isNullable ? [2] : []), writer.toBuffer(written)]);
  const read = async (everyNumber: boolean): Promise<unknown> => {
    const deserializer = connectSchemas({ ...options, everyNumber }).deserializer<{ x: unknown }>();
    await deserializer.prepare([value]);
    try {
      return deserializer.decode(value).x;
    } catch (error) {
      return error instanceof Error ? error.message : error;
    }
  };
  return { every: await read(true), plain: await read(false) };
}

it.each([0n, -1n, 1n, 2n ** 52n, 2n ** 52n - 1n, 1n - 2n ** 52n, 2n ** 53n - 1n, 1n - 2n ** 53n, 2n ** 53n - 2n])(
  'a long of %s is a number',
  async (long) => {
    expect(await readBoth('long', long)).toEqual({ every: Number(long), plain: Number(long) });
  },
);

it.each([2n ** 53n, -(2n ** 53n), 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)])(
  'a long of %s is a bigint where every number is to be read, and undecodable otherwise',
  async (long) => {
    const plain = expect.stringMatching(/^The record cannot be decoded: .* is no exact number/);
    expect(await readBoth('long', long)).toEqual({ every: long, plain });
    expect(await readBoth('long', long, true)).toEqual({ every: long, plain });
  },
);

it.each<[string, number, number]>([
  ['', 2, 0],
  ['7b', 2, 1.23],
  ['ff', 2, -0.01],
  ['80', 0, -128],
  ['0080', 1, 12.8],
  ['0de0b6b3a7640001', 18, 1],
  ['01', 400, 0],
])('a decimal of the bytes %j and scale %d is %d where every number is to be read', async (hex, scale, number) => {
  const bytes = Buffer.from(hex, 'hex');
  expect(await readBoth(decimal(scale), bytes)).toEqual({ every: number, plain: bytes });
  expect(await readBoth(decimal(scale), bytes, true)).toEqual({ every: number, plain: bytes });
});

it('a decimal of fixed size is a number, too', async () => {
  const fixed = { type: 'fixed', name: 'Amount', size: 3, logicalType: 'decimal', precision: 6, scale: 3 };
  const bytes = Buffer.from('fffc18', 'hex');
  expect(await readBoth(fixed, bytes)).toEqual({ every: -1, plain: bytes });
});

it('a long that goes on and on is undecodable, and found so at once', async () => {
  const name = 'endless';
  const schema = { type: 'record', name: 'Event', fields: [{ name: 'x', type: 'long' }] };
  const schemas = connectSchemas({ url: registry.url, everyNumber: true });
  const serialize = await schemas.register(defineTopic<object>({ name, partitions: 1, schema }), name);
  const endless = Buffer.concat([serialize({ x: 0 }).subarray(0, 5), Buffer.alloc(1_000_000, 0x80), Buffer.of(1)]);
  const deserializer = schemas.deserializer();
  await deserializer.prepare([endless]);
  expect(() => deserializer.decode(endless)).toThrow(/a long of 1000001 bytes/);
});
