import avsc from 'avsc';
import { type AvroOptions, avroOptions, type Inner, inner, type TypeHook } from './avro-types.js';
import { readLong } from './exact-numbers.js';
import type { Tap } from './tap.js';

/**
 * How types are built for people to read their values: logical types are text (a timestamp-millis is
 * `2013-10-01T08:15:00.000Z`, a decimal `12.50`), longs beyond 2^53 are bigints, floats have the digits that they were
 * written with. Values can be read, not written.
 * Source: https://avro.apache.org/docs/1.12.0/specification/#logical-types
 */
export const readableOptions = (): AvroOptions => {
  const options = avroOptions();
  return { ...options, typeHook: (schema, given) => readable(schema, given) ?? options.typeHook(schema, given) };
};

interface Attributes {
  readonly type: string;
  readonly logicalType?: unknown;
  readonly scale?: unknown;
}

const readable: TypeHook = (schema, options) => {
  const attributes = attributesOf(schema);
  switch (attributes?.type) {
    case 'int':
      return reading(new avsc.types.IntType(), logicalInt(attributes));
    case 'long':
      return reading(new avsc.types.LongType(), logicalLong(attributes), readLong);
    case 'float':
      return reading(new avsc.types.FloatType(), shortestFloat);
    case 'bytes':
      return reading(new avsc.types.BytesType(), logicalBytes(attributes));
    case 'fixed': {
      const { logicalType, ...plain } = attributes;
      if (logicalType === undefined) return undefined;
      // The rest of a schema is as it was.
      const type = avsc.Type.forSchema(plain as unknown as avsc.Schema, options);
      const fixed = reading(type, logicalBytes(attributes));
      // Later fields name it.
      if (type.name !== undefined) options.registry[type.name] = fixed;
      return fixed;
    }
    default:
      return undefined;
  }
};

function attributesOf(schema: avsc.Schema): Attributes | undefined {
  if (typeof schema === 'string') return { type: schema };
  if (typeof schema !== 'object' || schema instanceof avsc.Type || !('type' in schema)) return undefined;
  return typeof schema.type === 'string' ? { ...schema, type: schema.type } : undefined;
}

/** The type, whose values are turned into something else as they are read. avsc's own types are frozen. */
function reading<T extends avsc.Type>(
  type: T,
  convert: (value: never) => unknown,
  read: Inner['_read'] = (tap) => inner(type)._read(tap),
): T {
  // What each conversion takes is what its type reads.
  return Object.create(type, { _read: { value: (tap: Tap) => convert(read(tap) as never) } });
}

const same = (value: unknown): unknown => value;

function logicalInt({ logicalType }: Attributes): (value: number) => unknown {
  if (logicalType === 'date') return (days) => isoDate(days * DAY_MS)?.slice(0, 10) ?? days;
  if (logicalType === 'time-millis') return (millis) => timeOfDay(millis, 1n);
  return same;
}

const PER_MILLISECOND: Readonly<Record<string, bigint>> = { millis: 1n, micros: 1_000n, nanos: 1_000_000n };
const DAY_MS = 86_400_000;

function logicalLong({ logicalType }: Attributes): (value: number | bigint) => unknown {
  const [, kind, unit = ''] =
    /^(timestamp|local-timestamp|time)-(millis|micros|nanos)$/.exec(String(logicalType)) ?? [];
  const perMillisecond = PER_MILLISECOND[unit];
  if (kind === undefined || perMillisecond === undefined) return same;
  if (kind === 'time') return (value) => timeOfDay(value, perMillisecond);
  const zone = kind === 'timestamp' ? 'Z' : '';
  return (value) => {
    const time = isoTime(BigInt(value), perMillisecond);
    return time === undefined ? value : `${time}${zone}`;
  };
}

function timeOfDay(value: number | bigint, perMillisecond: bigint): unknown {
  const isWithinDay = value >= 0 && BigInt(value) < BigInt(DAY_MS) * perMillisecond;
  return isWithinDay ? isoTime(BigInt(value), perMillisecond)?.slice('1970-01-01T'.length) : value;
}

/** With as many digits as the unit has; undefined where no calendar goes. */
function isoTime(value: bigint, perMillisecond: bigint): string | undefined {
  const below = ((value % perMillisecond) + perMillisecond) % perMillisecond;
  const iso = isoDate(Number((value - below) / perMillisecond));
  if (iso === undefined) return undefined;
  const digits = String(perMillisecond).length - 1;
  return `${iso.slice(0, -1)}${digits === 0 ? '' : String(below).padStart(digits, '0')}`;
}

function isoDate(millis: number): string | undefined {
  const date = new Date(millis);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function logicalBytes({ type, logicalType, scale = 0 }: Attributes): (value: Buffer) => unknown {
  if (logicalType === 'decimal' && typeof scale === 'number') return (bytes) => decimal(bytes, scale);
  if (type !== 'fixed') return same;
  if (logicalType === 'duration') return (bytes) => (bytes.length === 12 ? duration(bytes) : bytes);
  if (logicalType === 'uuid') return (bytes) => (bytes.length === 16 ? uuid(bytes) : bytes);
  return same;
}

/** Two's complement, big endian, with so many digits behind the point. */
function decimal(bytes: Buffer, scale: number): string {
  const unscaled = BigInt.asIntN(8 * bytes.length, BigInt(`0x0${bytes.toString('hex')}`));
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`;
}

/** As ISO 8601 writes it. */
function duration(bytes: Buffer): string {
  const [months, days, millis] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4), bytes.readUInt32LE(8)];
  return `P${months}M${days}DT${millis / 1_000}S`;
}

function uuid(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** The shortest decimal that is this float: 0.1, not 0.10000000149011612. */
function shortestFloat(value: number): number {
  for (let digits = 6; digits < 9; digits += 1) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return shorter;
  }
  return value;
}
