import avsc from 'avsc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Registry, startRegistry } from '#shared/embedded/registry';
import { connectSchemas } from './index.js';

let registry: Registry;
let subjects = 0;
beforeAll(async () => {
  registry = await startRegistry({ port: 0 });
});
afterAll(() => registry.close());

/** Registers a record with one field of this type, and reads back how a value of it reads. */
async function read(type: unknown, data: Buffer): Promise<unknown> {
  const schema = { type: 'record', name: 'One', fields: [{ name: 'it', type }] };
  subjects += 1;
  const response = await fetch(`${registry.url}/subjects/one-${subjects}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ schema: JSON.stringify(schema) }),
  });
  const { id } = (await response.json()) as { id: number };
  const header = Buffer.alloc(5);
  header.writeInt32BE(id, 1);
  const record = Buffer.concat([header, data]);
  const deserializer = connectSchemas({ url: registry.url, readable: true }).deserializer<{ it: unknown }>();
  await deserializer.prepare([record]);
  return deserializer.decode(record).it;
}

const exactLong = avsc.types.LongType.__with(
  {
    fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
    toBuffer: (value: bigint) => {
      const buffer = Buffer.alloc(8);
      buffer.writeBigInt64LE(value);
      return buffer;
    },
    fromJSON: BigInt,
    toJSON: String,
    isValid: (value: unknown) => typeof value === 'bigint',
    compare: () => 0,
  },
  false,
);
const long = (value: bigint): Buffer => exactLong.toBuffer(value);
const int = (value: number): Buffer => avsc.Type.forSchema('int').toBuffer(value);
const bytes = (value: Buffer): Buffer => avsc.Type.forSchema('bytes').toBuffer(value);

describe('a value that people read', () => {
  it.each([
    ['long', 42n, 42],
    ['long', 9_007_199_254_740_991n, 9_007_199_254_740_991],
    ['long', -9_007_199_254_740_991n, -9_007_199_254_740_991],
    ['long', 9_007_199_254_740_993n, 9_007_199_254_740_993n],
    ['long', -(2n ** 63n), -(2n ** 63n)],
    ['long', 2n ** 63n - 1n, 2n ** 63n - 1n],
    ['timestamp-millis', 1_380_615_300_007n, '2013-10-01T08:15:00.007Z'],
    ['timestamp-millis', -1n, '1969-12-31T23:59:59.999Z'],
    ['timestamp-micros', 1_380_615_300_007_001n, '2013-10-01T08:15:00.007001Z'],
    ['timestamp-micros', -1n, '1969-12-31T23:59:59.999999Z'],
    ['timestamp-nanos', 1_380_615_300_007_000_021n, '2013-10-01T08:15:00.007000021Z'],
    ['local-timestamp-millis', 1_380_615_300_007n, '2013-10-01T08:15:00.007'],
    ['timestamp-millis', 2n ** 62n, 2n ** 62n],
    ['time-micros', 29_700_000_001n, '08:15:00.000001'],
    ['time-micros', -1n, -1],
    ['of-somebody', 7n, 7],
  ])('is of a %s %s: %s', async (logicalType, value, expected) => {
    const type = logicalType === 'long' ? 'long' : { type: 'long', logicalType };
    expect(await read(type, long(value))).toBe(expected);
  });

  it('is a date, a time, a decimal, a duration or a UUID where it is called so', async () => {
    expect(await read({ type: 'int', logicalType: 'date' }, int(15_979))).toBe('2013-10-01');
    expect(await read({ type: 'int', logicalType: 'time-millis' }, int(29_700_500))).toBe('08:15:00.500');
    const decimal = { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 };
    expect(await read(decimal, bytes(Buffer.from([0x04, 0xd2])))).toBe('12.34');
    expect(await read(decimal, bytes(Buffer.from([0xff])))).toBe('-0.01');
    expect(await read(decimal, bytes(Buffer.alloc(0)))).toBe('0.00');
    expect(await read({ ...decimal, scale: 0 }, bytes(Buffer.from([0x0c])))).toBe('12');
    const duration = { type: 'fixed', name: 'Took', size: 12, logicalType: 'duration' };
    expect(await read(duration, Buffer.from([1, 0, 0, 0, 2, 0, 0, 0, 0xdc, 5, 0, 0]))).toBe('P1M2DT1.5S');
    const uuid = { type: 'fixed', name: 'Id', size: 16, logicalType: 'uuid' };
    expect(await read(uuid, Buffer.from('00112233445566778899aabbccddeeff', 'hex'))).toBe(
      '00112233-4455-6677-8899-aabbccddeeff',
    );
  });

  it('is bytes where they are nothing else, and a float as it was written', async () => {
    expect(await read('bytes', bytes(Buffer.from([1, 2])))).toEqual(Buffer.from([1, 2]));
    expect(await read('float', avsc.Type.forSchema('float').toBuffer(0.1))).toBe(0.1);
    expect(await read('float', avsc.Type.forSchema('float').toBuffer(Number.NaN))).toBe(Number.NaN);
  });

  it('is read so inside unions, arrays and maps, and where a type is named again', async () => {
    const time = { type: 'long', logicalType: 'timestamp-millis' };
    const both = Buffer.concat([int(1), long(0n)]);
    expect(await read(['null', time], both)).toBe('1970-01-01T00:00:00.000Z');
    expect(await read(['int', time], both)).toBe('1970-01-01T00:00:00.000Z');
    expect(await read({ type: 'array', items: time }, Buffer.concat([long(1n), long(0n), int(0)]))).toEqual([
      '1970-01-01T00:00:00.000Z',
    ]);
    const amount = { type: 'fixed', name: 'Amount', size: 1, logicalType: 'decimal', precision: 2, scale: 1 };
    const twice = {
      type: 'record',
      name: 'Twice',
      fields: [
        { name: 'first', type: amount },
        { name: 'second', type: { type: 'map', values: 'Amount' } },
      ],
    };
    const key = avsc.Type.forSchema('string').toBuffer('eur');
    const data = Buffer.concat([Buffer.from([12]), long(1n), key, Buffer.from([13]), int(0)]);
    expect(await read(twice, data)).toEqual({ first: '1.2', second: { eur: '1.3' } });
  });
});
