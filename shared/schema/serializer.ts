import type avsc from 'avsc';
import { KitError } from '#shared/errors';
import { headerBytes, writeHeader } from './wire-format.js';

/**
 * Writes a value in Confluent wire format. Throws KitError 'schema' naming the topic and the field that is wrong.
 * The buffer is the caller's own.
 */
export type Serializer<V> = (value: V) => Buffer;

/** Of the memory that values share: as much as one that is kept keeps with it. */
const slabBytes = 16 * 1024;

/** Makes the serializer of a topic whose schema is registered under `schemaId`. */
export function createSerializer<V>(topic: string, schemaId: number, type: avsc.Type): Serializer<V> {
  // Values lie one behind the other in memory that they share, as Node's own small buffers do: faster than to allocate for
  // each, or to copy it out.
  let slab = Buffer.allocUnsafeSlow(slabBytes);
  let start = 0;
  let latestBytes = 0;
  const renew = (neededBytes: number): void => {
    slab = Buffer.allocUnsafeSlow(Math.max(slabBytes, neededBytes));
    start = 0;
  };
  const encode = (value: V): number => {
    try {
      return type.encode(value, slab, start + headerBytes);
    } catch (cause) {
      throw new KitError('schema', `Writing a record to ${topic}: ${describeMismatch(type, value, cause)}`, { cause });
    }
  };
  return (value) => {
    // To find out that it does not fit costs as much as to encode it: what is as large as the one before is not tried.
    if (slab.length - start < latestBytes) renew(latestBytes + (latestBytes >> 3));
    let end = encode(value);
    while (end < 0) {
      renew(slab.length - end - start);
      end = encode(value);
    }
    writeHeader(slab, schemaId, start);
    const encoded = slab.subarray(start, end);
    start = end;
    latestBytes = encoded.length;
    return encoded;
  };
}

function describeMismatch(type: avsc.Type, value: unknown, cause: unknown): string {
  const found: string[] = [];
  type.isValid(value, {
    errorHook: (path, part: unknown, expected) => {
      found.push(`the field "${path.join('.')}" is ${brief(part)}, the schema asks for ${expected.toString()}`);
    },
  });
  const [first] = found;
  if (first !== undefined) return found.length === 1 ? first : `${first} (and ${found.length - 1} more)`;
  return cause instanceof Error ? cause.message : String(cause);
}

function brief(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'bigint') return `the bigint ${value}`;
  const text = JSON.stringify(value) ?? `a ${typeof value}`;
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
