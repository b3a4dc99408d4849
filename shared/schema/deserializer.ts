import type avsc from 'avsc';
import { KitError } from '#shared/errors';
import { remember, type SchemaLookup } from './schema-lookup.js';
import { headerBytes, schemaIdOf } from './wire-format.js';

/** Reads records in Confluent wire format: ids are resolved once, asynchronously; then each record is read synchronously. */
export interface Deserializer<V> {
  /**
   * Resolves every schema id that occurs in these values; afterwards decode() is synchronous. An id that the registry
   * does not know is remembered for a second, and decode() throws for it. Rejects with KitError 'schema' where the
   * registry does not answer: that says nothing about the records, so none of them may be given up.
   */
  prepare(values: Iterable<Buffer | null>): Promise<void>;
  /** How far prepare() looks into a value: of several that begin alike, one is enough. */
  readonly preparedBytes: number;
  /**
   * Reads a value by its writer's schema, resolved to the reader's schema where one was given. Throws KitError
   * 'record-undecodable' for null, no wire format, an unknown schema, too few bytes or too many. The values must have
   * been given to prepare() before.
   */
  decode(value: Buffer | null): V;
  /** What a value says that it was written with; undefined where it says nothing. Its name is known once it was prepared. */
  schemaOf(value: Buffer | null): WriterSchema | undefined;
}

/** The schema that a value was written with. */
export interface WriterSchema {
  readonly id: number;
  /** With its namespace; null where the registry does not know it, or it has none. */
  readonly name: string | null;
}

const maxRequests = 8;

interface Decoder {
  readonly writer: string | null;
  readonly type: avsc.Type;
  readonly resolver: avsc.Resolver | undefined;
}

/** Makes a deserializer; without `reader`, values are read as they were written. */
export function createDeserializer<V>(lookup: SchemaLookup, reader?: avsc.Type): Deserializer<V> {
  const decoders = new Map<number, Decoder>();
  const unusable = new Map<number, string>();
  // Nearly all records of a topic have one schema: two fields save a look into the map per record.
  let lastId: number | undefined;
  let last: Decoder | undefined;

  const missingIds = (values: Iterable<Buffer | null>): Set<number> | undefined => {
    let missing: Set<number> | undefined;
    for (const value of values) {
      if (value === null) continue;
      const id = schemaIdOf(value);
      if (id === undefined || id === lastId || decoders.has(id)) continue;
      missing ??= new Set();
      missing.add(id);
    }
    return missing;
  };

  const resolve = async (id: number): Promise<void> => {
    const found = await lookup.find(id);
    if ('problem' in found) {
      remember(unusable, id, found.problem);
      return;
    }
    unusable.delete(id);
    const writer = found.type.name ?? null;
    try {
      const decoder: Decoder =
        reader === undefined
          ? { writer, type: found.type, resolver: undefined }
          : { writer, type: reader, resolver: reader.createResolver(found.type, { ignoreNamespaces: true }) };
      decoders.set(id, decoder);
    } catch (reason) {
      const why = reason instanceof Error ? reason.message : String(reason);
      remember(unusable, id, `it was written with schema ${id}, which cannot be read as asked for: ${why}`);
    }
  };

  const decoderOf = (id: number): Decoder => {
    const decoder = decoders.get(id);
    if (decoder === undefined) {
      const problem = unusable.get(id);
      if (problem !== undefined) throw undecodable(problem);
      throw new KitError('internal', `Decoding a record of schema ${id}: give records to prepare() before decode()`);
    }
    lastId = id;
    last = decoder;
    return decoder;
  };

  return {
    preparedBytes: headerBytes,
    async prepare(values) {
      const missing = missingIds(values);
      if (missing === undefined) return;
      const ids = [...missing];
      // Seldom more than one; where the bytes are garbage, the registry is not flooded.
      for (let i = 0; i < ids.length; i += maxRequests) await Promise.all(ids.slice(i, i + maxRequests).map(resolve));
    },
    decode(value) {
      if (value === null) throw undecodable('it has no value (a tombstone), where an Avro record was expected');
      const id = schemaIdOf(value);
      if (id === undefined) throw undecodable(describeForeign(value));
      const decoder = id === lastId && last !== undefined ? last : decoderOf(id);
      let decoded: { value: unknown; offset: number };
      try {
        decoded = decoder.type.decode(value, headerBytes, decoder.resolver);
      } catch (cause) {
        throw undecodable(
          `its data are not of schema ${id}: ${cause instanceof Error ? cause.message : String(cause)}`,
          cause,
        );
      }
      if (decoded.offset < 0) {
        throw undecodable(`it is truncated: schema ${id} asks for more than its ${value.length} bytes`);
      }
      if (decoded.offset < value.length) {
        throw undecodable(`${value.length - decoded.offset} bytes are left after the data of schema ${id}`);
      }
      // The schema has been checked, not the type: a topic's V is what its declaration says.
      return decoded.value as V;
    },
    schemaOf(value) {
      const id = value === null ? undefined : schemaIdOf(value);
      return id === undefined ? undefined : { id, name: decoders.get(id)?.writer ?? null };
    },
  };
}

function describeForeign(value: Buffer): string {
  const expected = "Confluent's wire format has a zero byte, then 4 bytes of schema id";
  if (value.length < headerBytes) return `it has ${value.length} bytes; ${expected}`;
  return `it begins with the byte ${value[0]}; ${expected}`;
}

const undecodable = (problem: string, cause?: unknown): KitError =>
  new KitError(
    'record-undecodable',
    `The record cannot be decoded: ${problem}`,
    cause === undefined ? undefined : { cause },
  );
