import avsc from 'avsc';
import { KitError } from '#shared/errors';
import { DecimalType, EveryLongType, ExactLongType } from './exact-numbers.js';
import type { Tap } from './tap.js';

/** The JSON of an `.avsc` file. */
export type AvroSchema = Readonly<Record<string, unknown>>;

export interface Inner {
  _read(tap: Tap): unknown;
  _skip(tap: Tap): void;
}
interface Resolver {
  _read?: (tap: Tap) => unknown;
}

/**
 * Reads the length of an array's or a map's next block. avsc trusts it and would allocate and loop for minutes on a
 * corrupt one, so a block may not announce more items than bytes are left; items of no bytes are not supported.
 */
function readBlockLength(tap: Tap): number {
  let length = tap.readLong();
  if (length < 0) {
    length = -length;
    tap.skipLong();
  }
  const left = tap.buf.length - tap.pos;
  // Past the end there is nothing to read: avsc finds out afterwards, and calls it truncated.
  if (left < 0) return 0;
  if (length > left) throw new Error(`a list of ${length} items with ${left} bytes left`);
  return length;
}

class BoundedArrayType extends avsc.types.ArrayType {
  // avsc copies _read to resolvers, which have an itemsType of their own: so `this.itemsType`, looked up each time.
  _read(tap: Tap): unknown[] {
    const items: unknown[] = [];
    for (let left = readBlockLength(tap); left > 0; left = readBlockLength(tap)) {
      while (left-- > 0) items.push(inner(this.itemsType)._read(tap));
    }
    return items;
  }

  _skip(tap: Tap): void {
    for (let left = readBlockLength(tap); left > 0; left = readBlockLength(tap)) {
      while (left-- > 0) inner(this.itemsType)._skip(tap);
    }
  }
}

class BoundedMapType extends avsc.types.MapType {
  _read(tap: Tap): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    for (let left = readBlockLength(tap); left > 0; left = readBlockLength(tap)) {
      while (left-- > 0) entries.push([tap.readString() ?? '', inner(this.valuesType)._read(tap)]);
    }
    // Not by assignment: a key may be __proto__.
    return Object.fromEntries(entries);
  }

  _skip(tap: Tap): void {
    for (let left = readBlockLength(tap); left > 0; left = readBlockLength(tap)) {
      while (left-- > 0) {
        tap.skipString();
        inner(this.valuesType)._skip(tap);
      }
    }
  }
}

/**
 * A union whose branches cannot be told apart by their values (int and long, two records): read as the plain value,
 * as every other union; it cannot be written.
 */
class ReadOnlyUnionType extends avsc.types.WrappedUnionType {
  _read(tap: Tap): unknown {
    const index = tap.readLong();
    const branch = this.types[index];
    if (branch === undefined) throw new Error(`there is no branch ${index} in the union`);
    return inner(branch)._read(tap);
  }

  _update(resolver: Resolver, writer: avsc.Type, options: object): void {
    for (const branch of this.types) {
      try {
        const resolved = inner(branch.createResolver(writer, options));
        resolver._read = (tap) => resolved._read(tap);
        return;
      } catch {
        // Not this branch: the first one that can read what was written is the one. If none can, avsc says so.
      }
    }
  }
}

// Every type and every resolver of avsc has these methods; its declarations do not say so.
export const inner = (type: unknown): Inner => type as Inner;

/** What kinds of values an unwrapped union can tell apart. */
const kinds: Readonly<Record<string, string>> = {
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  enum: 'string',
  fixed: 'bytes',
  map: 'object',
  record: 'object',
  error: 'object',
};

const isAmbiguous = (types: readonly avsc.Type[]): boolean => new Set(types.map(kindOf)).size < types.length;

function kindOf(type: avsc.Type): string {
  const { typeName } = type instanceof avsc.types.LogicalType ? type.underlyingType : type;
  return kinds[typeName] ?? typeName;
}

export type TypeHook = (schema: avsc.Schema, options: avsc.ForSchemaOptions) => avsc.Type | undefined;

const boundedTypes: TypeHook = (schema, options) => {
  if (Array.isArray(schema)) {
    const branches = schema.map((branch) => avsc.Type.forSchema(branch, options));
    const Union = isAmbiguous(branches) ? ReadOnlyUnionType : avsc.types.UnwrappedUnionType;
    // Types are schemas to avsc, alone and in unions; its declarations know the former only.
    return new Union(branches as unknown as avsc.Schema, options);
  }
  if (typeof schema !== 'object' || schema instanceof avsc.Type || !('type' in schema)) return undefined;
  if (schema.type === 'array') return new BoundedArrayType(schema, options);
  if (schema.type === 'map') return new BoundedMapType(schema, options);
  return undefined;
};

const typesWith =
  (Long: typeof ExactLongType): TypeHook =>
  (schema, options) => {
    const isLong = schema === 'long' || (typeof schema === 'object' && 'type' in schema && schema.type === 'long');
    return isLong ? new Long() : boundedTypes(schema, options);
  };

export interface AvroOptions {
  readonly omitRecordMethods: true;
  readonly typeHook: TypeHook;
  readonly logicalTypes?: { readonly decimal: typeof DecimalType };
}

/**
 * How types are built everywhere: unions are plain values (`null` or the value), logical types stay what they are
 * written as (a timestamp-millis is a number), records have no methods. With `everyNumber`, longs beyond 2^53 are bigints
 * and decimals are numbers. A fresh object each time: avsc keeps the names of the types that it has built in it.
 */
export const avroOptions = (everyNumber = false): AvroOptions =>
  everyNumber
    ? { omitRecordMethods: true, typeHook: typesWith(EveryLongType), logicalTypes: { decimal: DecimalType } }
    : { omitRecordMethods: true, typeHook: typesWith(ExactLongType) };

/** Builds the type that reads a schema. Throws KitError 'schema' naming what it belongs to. */
export function readerTypeOf(schema: AvroSchema, owner: string): avsc.Type {
  try {
    // The JSON of a file: avsc checks its shape, and says where it is wrong.
    return plainRecords(avsc.Type.forSchema(schema as unknown as avsc.Schema, avroOptions()));
  } catch (reason) {
    throw KitError.from(reason, 'schema', `Reading the Avro schema of ${owner}`);
  }
}

/**
 * Makes records of a type plain objects: avsc gives each record type a class of its own, which keeps decoding fast but
 * shows in logs, in comparisons and in structuredClone. The prototype of all of them becomes Object's.
 */
export function plainRecords<T extends avsc.Type>(type: T): T {
  const seen = new Set<avsc.Type>();
  const visit = (current: avsc.Type): void => {
    if (seen.has(current)) return;
    seen.add(current);
    if (current instanceof avsc.types.RecordType) {
      // A function that avsc has generated; without methods its prototype is empty.
      (current.recordConstructor as { prototype: object }).prototype = Object.prototype;
      for (const field of current.fields) visit(field.type);
    } else if (current instanceof avsc.types.ArrayType) visit(current.itemsType);
    else if (current instanceof avsc.types.MapType) visit(current.valuesType);
    else if (current instanceof avsc.types.UnwrappedUnionType || current instanceof avsc.types.WrappedUnionType) {
      for (const branch of current.types) visit(branch);
    }
  };
  visit(type);
  return type;
}
