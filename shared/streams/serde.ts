import { KitError } from '#shared/errors';

/** Turns keys or values into bytes and back. Null is not a serde's business: it is null on the topic, too. */
export interface Serde<T> {
  /** @throws KitError where the value is none of this serde's. */
  serialize(value: T): Buffer;
  /** @throws KitError where the bytes are none of this serde's. */
  deserialize(bytes: Buffer): T;
  /**
   * Looks up what is needed to deserialize these values, such as their schemas, before they are. Only for the values of a
   * topic: keys, and what a store keeps, are not prepared.
   * @throws KitError where that cannot be told now: the application ends, and none of the records is given up.
   */
  prepare?(values: Iterable<Buffer | null>): Promise<void>;
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
 * JSON that loses nothing a store may hold: NaN, infinities, bigints, dates, bytes, maps, sets and typed arrays come back as
 * what they were. Undefined fields are left out, as JSON does; an object of a class that has no toJSON is refused.
 */
function json<T>(): Serde<T> {
  return {
    serialize: (value) => Buffer.from(stringify(value)),
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
  if (typeof value === 'string') return JSON.stringify(value);
  // What most aggregates are; -0 alone is written in another way.
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
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
  if (typeof value === 'string' || value === null || Array.isArray(value)) return value;
  if (value instanceof Map || value instanceof Set) {
    return { [TAG]: value instanceof Map ? 'map:' : 'set:', entries: [...value] };
  }
  if (ArrayBuffer.isView(value)) return typedArray(value);
  refuseClass(value);
  return value;
}

const TYPED_ARRAYS = [
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;

function typedArray(array: ArrayBufferView): unknown {
  const kind = TYPED_ARRAYS.find((each) => array instanceof each);
  if (kind === undefined) return refuseClass(array);
  const { buffer, byteOffset, byteLength } = array;
  return { [TAG]: `${kind.name}:${Buffer.from(buffer, byteOffset, byteLength).toString('base64')}` };
}

/** JSON would keep an object's fields and lose what it is. */
function refuseClass(value: object): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  // Objects of another realm, such as a worker's, are plain, too.
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  if (isPlain || typeof (value as { toJSON?: unknown }).toJSON === 'function') return;
  throw new KitError(
    'record-unprocessable',
    `An object of the class ${value.constructor.name} cannot be written as JSON; give the store (or topic) a serde.`,
  );
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
    case 'map':
      return new Map(entriesOf<[unknown, unknown]>(value));
    case 'set':
      return new Set(entriesOf(value));
    default:
      return typedArrayOf(tagged.slice(0, colon), text) ?? value;
  }
}

function entriesOf<E>(value: object): readonly E[] {
  // What was written is a list, whose elements have been revived before.
  return (value as { readonly entries: readonly E[] }).entries;
}

function typedArrayOf(name: string, base64: string): ArrayBufferView | undefined {
  const kind = TYPED_ARRAYS.find((each) => each.name === name);
  // A copy of its own, which begins where numbers of any size may.
  const { buffer } = new Uint8Array(Buffer.from(base64, 'base64'));
  return kind && new kind(buffer);
}

/**
 * Some numbers, as doubles one after the other: for aggregates that grow with every record, which as JSON cost more than
 * all else. Plain arrays: the room of typed ones lies outside of the heap, and is dear to get and to give back.
 */
const numbers: Serde<number[]> = {
  serialize(value) {
    const target = Buffer.allocUnsafe(8 * value.length);
    const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
    for (let at = 0; at < value.length; at += 1) view.setFloat64(8 * at, value[at] ?? Number.NaN);
    return target;
  },
  deserialize(source) {
    if (source.length % 8 !== 0) {
      throw new KitError('record-undecodable', `Doubles have 8 bytes each; these are ${source.length} together.`);
    }
    const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
    const value: number[] = [];
    for (let at = 0; at < source.length; at += 8) value.push(view.getFloat64(at));
    return value;
  },
};

/** The serdes that come along. */
export const serdes = { string, bytes, number, numbers, integer, long, json } as const;

function describe(value: unknown): string {
  if (value === undefined) return 'value that is undefined';
  if (Array.isArray(value)) return 'list';
  return typeof value;
}
