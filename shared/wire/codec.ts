import { KitError } from '#shared/errors';
import { type Field, type Fields, noUuid } from './field.js';
import type { Reader } from './reader.js';
import { Writer } from './writer.js';

/** Reads and writes one field at one version. */
export interface Codec {
  read(reader: Reader): unknown;
  write(writer: Writer, value: unknown): void;
}

interface Versioned {
  readonly version: number;
  readonly flexible: boolean;
}

const carries = (field: Field, version: number) => version >= field.facts.since && version <= field.facts.until;

const zero: Record<Field['shape']['kind'], unknown> = {
  boolean: false,
  int8: 0,
  int16: 0,
  int32: 0,
  int64: 0,
  string: '',
  uuid: noUuid,
  bytes: Buffer.alloc(0),
  records: Buffer.alloc(0),
  array: Object.freeze([]),
  struct: Object.freeze({}),
};

function fallbackOf(field: Field): unknown {
  if (field.facts.fallback !== undefined) return field.facts.fallback;
  return Number.isFinite(field.facts.nullableSince) ? null : zero[field.shape.kind];
}

/** Turns the fields of a message into the reader and writer of one version; done once per API and version. */
export function compileFields(fields: Fields, at: Versioned): Codec {
  const carried = Object.entries(fields).filter(([, field]) => carries(field, at.version));
  const plain = carried
    .filter(([, field]) => field.facts.tag === undefined)
    .map(([name, field]) => ({ name, codec: compile(field, at, name), fallback: fallbackOf(field) }));
  const tagged = carried
    .filter(([, field]) => field.facts.tag !== undefined && at.flexible)
    .map(([name, field]) => ({
      name,
      tag: field.facts.tag ?? 0,
      codec: compile(field, at, name),
      fallback: fallbackOf(field),
    }))
    .sort((a, b) => a.tag - b.tag);
  const atStart = Object.entries(fields).map(([name, field]) => [name, fallbackOf(field)] as const);

  return {
    read(reader) {
      const value: Record<string, unknown> = {};
      for (const [name, fallback] of atStart) value[name] = fallback;
      for (const { name, codec } of plain) value[name] = codec.read(reader);
      if (at.flexible) readTags(reader, tagged, value);
      return value;
    },
    write(writer, input) {
      // The static types of Api make this a structure of these very fields; the compiler can't follow that through a list.
      const value = input as Readonly<Record<string, unknown>>;
      for (const { name, codec, fallback } of plain)
        codec.write(writer, value[name] ?? defaulted(value[name], fallback));
      if (at.flexible) writeTags(writer, tagged, value);
    },
  };
}

const defaulted = (value: unknown, fallback: unknown) => (value === null ? null : fallback);

interface Tagged {
  readonly name: string;
  readonly tag: number;
  readonly codec: Codec;
  readonly fallback: unknown;
}

function readTags(reader: Reader, known: readonly Tagged[], value: Record<string, unknown>): void {
  const count = reader.unsignedVarint();
  for (let i = 0; i < count; i += 1) {
    const tag = reader.unsignedVarint();
    const length = reader.unsignedVarint();
    const end = reader.at + length;
    const field = known.find((one) => one.tag === tag);
    if (field === undefined) {
      reader.skip(length);
      continue;
    }
    value[field.name] = field.codec.read(reader);
    if (reader.at !== end) {
      throw new KitError('protocol', `Reading tagged field ${field.name}: it ends at byte ${reader.at}, not ${end}`);
    }
  }
}

function writeTags(writer: Writer, known: readonly Tagged[], value: Readonly<Record<string, unknown>>): void {
  const given = known.filter(({ name, fallback }) => {
    const one = value[name];
    const empty = Array.isArray(one) && one.length === 0 && Array.isArray(fallback);
    return one !== undefined && one !== fallback && !empty;
  });
  writer.unsignedVarint(given.length);
  for (const { name, tag, codec } of given) {
    const content = new Writer();
    codec.write(content, value[name]);
    writer.unsignedVarint(tag);
    writer.unsignedVarint(content.length);
    for (const part of content.finish()) writer.bytes(part);
  }
}

function compile(field: Field, at: Versioned, name: string): Codec {
  const nullable = at.version >= field.facts.nullableSince;
  const { shape } = field;
  switch (shape.kind) {
    case 'boolean':
      return primitive(
        (reader) => reader.boolean(),
        (writer, value: boolean) => writer.boolean(value),
      );
    case 'int8':
      return primitive(
        (reader) => reader.int8(),
        (writer, value: number) => writer.int8(value),
      );
    case 'int16':
      return primitive(
        (reader) => reader.int16(),
        (writer, value: number) => writer.int16(value),
      );
    case 'int32':
      return primitive(
        (reader) => reader.int32(),
        (writer, value: number) => writer.int32(value),
      );
    case 'int64':
      return primitive(
        (reader) => reader.int64(),
        (writer, value: number) => writer.int64(value),
      );
    case 'uuid':
      return primitive(
        (reader) => reader.uuid(),
        (writer, value: string) => writer.uuid(value),
      );
    case 'string':
      return sized<string>(
        lengthCodec(at.flexible, 'int16', nullable, name),
        (reader, length) => reader.utf8(length),
        (value) => Buffer.byteLength(value),
        (writer, value, length) => writer.utf8(value, length),
      );
    case 'bytes':
      return sized<Buffer>(
        lengthCodec(at.flexible, 'int32', nullable, name),
        (reader, length) => reader.bytes(length),
        (value) => value.length,
        (writer, value) => writer.bytes(value),
      );
    case 'records':
      return sized<Buffer | readonly Buffer[]>(
        lengthCodec(at.flexible, 'int32', nullable, name),
        (reader, length) => reader.bytes(length),
        (value) => partsOf(value).reduce((sum, part) => sum + part.length, 0),
        (writer, value) => {
          for (const part of partsOf(value)) writer.bytes(part);
        },
      );
    case 'array': {
      const element = compile(shape.element, at, name);
      return sized<readonly unknown[]>(
        lengthCodec(at.flexible, 'int32', nullable, name),
        (reader, count) => readArray(reader, count, element, name),
        (value) => value.length,
        (writer, value) => {
          for (const one of value) element.write(writer, one);
        },
      );
    }
    case 'struct': {
      const codec = compileFields(shape.fields, at);
      return nullable ? nullableStruct(codec) : codec;
    }
  }
}

/** A structure that may be null has a byte before it: -1 where it is, 1 where it follows. */
function nullableStruct(codec: Codec): Codec {
  return {
    read: (reader) => (reader.int8() < 0 ? null : codec.read(reader)),
    write(writer, value) {
      writer.int8(value === null ? -1 : 1);
      if (value !== null) codec.write(writer, value);
    },
  };
}

const partsOf = (value: Buffer | readonly Buffer[]): readonly Buffer[] => (Buffer.isBuffer(value) ? [value] : value);

function readArray(reader: Reader, count: number, element: Codec, name: string): unknown[] {
  reader.beginArray(name, count);
  const values: unknown[] = [];
  for (let i = 0; i < count; i += 1) values.push(element.read(reader));
  return values;
}

function primitive<T>(read: (reader: Reader) => T, write: (writer: Writer, value: T) => void): Codec {
  // What a writer is given was checked by the types of Api; see compileFields.
  return { read, write: (writer, value) => write(writer, value as T) };
}

const longestString = 32_767;

interface LengthCodec {
  /** -1 for null. */
  read(reader: Reader): number;
  write(writer: Writer, length: number): void;
}

function lengthCodec(compact: boolean, plain: 'int16' | 'int32', nullable: boolean, name: string): LengthCodec {
  const checked = (length: number) => {
    if (length < -1 || (length === -1 && !nullable)) {
      throw new KitError('protocol', `Coding ${name}: a length of ${length} where ${nullable ? -1 : 0} is the least`);
    }
    // The plain length can't say more, and Kafka holds the compact one to it.
    if (plain === 'int16' && length > longestString) {
      throw new KitError('protocol', `Coding ${name}: a string of ${length} bytes; ${longestString} are allowed`);
    }
    return length;
  };
  return {
    read: (reader) => checked(compact ? reader.unsignedVarint() - 1 : reader[plain]()),
    write(writer, length) {
      if (compact) writer.unsignedVarint(checked(length) + 1);
      else writer[plain](checked(length));
    },
  };
}

function sized<T>(
  length: LengthCodec,
  read: (reader: Reader, length: number) => T,
  measure: (value: T) => number,
  write: (writer: Writer, value: T, length: number) => void,
): Codec {
  return {
    read(reader) {
      const size = length.read(reader);
      return size === -1 ? null : read(reader, size);
    },
    write(writer, given) {
      // What a writer is given was checked by the types of Api; see compileFields.
      const value = given as T | null;
      if (value === null) return length.write(writer, -1);
      const size = measure(value);
      length.write(writer, size);
      write(writer, value, size);
    },
  };
}
