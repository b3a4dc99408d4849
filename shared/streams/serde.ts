import { KitError } from '#shared/errors';

/** Turns keys or values into bytes and back. Null is not a serde's business: it is null on the topic, too. */
export interface Serde<T> {
  /** @throws KitError where the value is none of this serde's. */
  serialize(value: T): Buffer;
  /** @throws KitError where the bytes are none of this serde's. */
  deserialize(bytes: Buffer): T;
}

const string: Serde<string> = {
  serialize(value) {
    if (typeof value === 'string') return Buffer.from(value);
    throw new KitError(
      'record-unprocessable',
      `A ${describe(value)} was to be written as text; where keys or values are no strings, give the operator a serde.`,
    );
  },
  deserialize: (bytes) => bytes.toString('utf8'),
};

// A copy: what is fetched is a view of a whole fetch, which a store must not keep alive.
const bytes: Serde<Buffer> = { serialize: (value) => value, deserialize: (value) => Buffer.from(value) };

/** A number in so many bytes, big endian as in Kafka's own serdes. */
function numeric(
  what: string,
  size: number,
  write: (target: Buffer, value: number) => void,
  read: (source: Buffer) => number,
): Serde<number> {
  return {
    serialize(value) {
      if (typeof value !== 'number') {
        throw new KitError('record-unprocessable', `A ${describe(value)} was to be written as ${what}.`);
      }
      const target = Buffer.allocUnsafe(size);
      try {
        write(target, value);
      } catch (error) {
        throw KitError.from(error, 'record-unprocessable', `Writing ${value} as ${what}`);
      }
      return target;
    },
    deserialize(source) {
      if (source.length !== size) {
        throw new KitError('record-undecodable', `${what} has ${size} bytes; these are ${source.length}.`);
      }
      return read(source);
    },
  };
}

const number = numeric(
  'a double',
  8,
  (target, value) => target.writeDoubleBE(value),
  (source) => source.readDoubleBE(0),
);

const integer = numeric(
  'an integer of 32 bits',
  4,
  (target, value) => target.writeInt32BE(value),
  (source) => source.readInt32BE(0),
);

const long = numeric(
  'an integer of 64 bits',
  8,
  (target, value) => target.writeBigInt64BE(BigInt(value)),
  (source) => Number(source.readBigInt64BE(0)),
);

// What JSON has no words for is written as an object with this one field. Records of an application have none of its name.
const TAG = '$streams';

/**
 * JSON that loses nothing a store may hold: NaN, infinities, bigints, dates and bytes come back as what they were.
 * Undefined fields are left out, as JSON does.
 */
function json<T>(): Serde<T> {
  return {
    serialize: (value) => Buffer.from(typeof value === 'string' ? JSON.stringify(value) : stringify(value)),
    deserialize(source) {
      const text = source.toString('utf8');
      let parsed: unknown;
      try {
        parsed = JSON.parse(text, text.includes(TAG) ? revive : undefined);
      } catch (error) {
        throw KitError.from(error, 'record-undecodable', 'Reading JSON');
      }
      // The topic or store says what its values are; JSON cannot check it.
      return parsed as T;
    },
  };
}

function stringify(value: unknown): string {
  const text = JSON.stringify(value, replace);
  if (text === undefined) throw new KitError('record-unprocessable', `A ${describe(value)} cannot be written as JSON.`);
  return text;
}

// A function with `this`: toJSON has already made a text of a date when a replacer sees it.
function replace(this: unknown, key: string, value: unknown): unknown {
  if (typeof value === 'number') {
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { [TAG]: `number:${Object.is(value, -0) ? '-0' : value}` };
  }
  if (typeof value === 'bigint') return { [TAG]: `bigint:${value}` };
  if (typeof value !== 'object' && typeof value !== 'string') return value;
  const original = (this as Record<string, unknown>)[key];
  if (original instanceof Date) return { [TAG]: `date:${original.getTime()}` };
  if (Buffer.isBuffer(original)) return { [TAG]: `bytes:${original.toString('base64')}` };
  if (original instanceof Uint8Array) return { [TAG]: `bytes:${Buffer.from(original).toString('base64')}` };
  return value;
}

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !(TAG in value)) return value;
  const tagged = value[TAG];
  if (typeof tagged !== 'string') return value;
  const colon = tagged.indexOf(':');
  const text = tagged.slice(colon + 1);
  switch (tagged.slice(0, colon)) {
    case 'number':
      return Number(text);
    case 'bigint':
      return BigInt(text);
    case 'date':
      return new Date(Number(text));
    case 'bytes':
      return Buffer.from(text, 'base64');
    default:
      return value;
  }
}

/** The serdes that come along. */
export const serdes = { string, bytes, number, integer, long, json } as const;

function describe(value: unknown): string {
  if (value === undefined) return 'value that is undefined';
  if (Array.isArray(value)) return 'list';
  return typeof value;
}
