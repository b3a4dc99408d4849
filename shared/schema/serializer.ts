import type avsc from 'avsc';
import { KitError } from '#shared/errors';
import { headerBytes, writeHeader } from './wire-format.js';

/**
 * Writes a value in Confluent wire format. Throws KitError 'schema' naming the topic and the field that is wrong.
 * The buffer is the caller's own.
 */
export type Serializer<V> = (value: V) => Buffer;

const initialBytes = 16 * 1024;

/** Makes the serializer of a topic whose schema is registered under `schemaId`. */
export function createSerializer<V>(topic: string, schemaId: number, type: avsc.Type): Serializer<V> {
  // Encoded in one place, copied out once: faster than an allocation and a concatenation per record.
  let scratch = Buffer.allocUnsafe(initialBytes);
  writeHeader(scratch, schemaId);
  return (value) => {
    let end: number;
    try {
      end = type.encode(value, scratch, headerBytes);
      if (end < 0) {
        scratch = Buffer.allocUnsafe(2 * (scratch.length - end));
        writeHeader(scratch, schemaId);
        end = type.encode(value, scratch, headerBytes);
      }
    } catch (cause) {
      throw new KitError('schema', `Writing a record to ${topic}: ${describeMismatch(type, value, cause)}`, { cause });
    }
    return Buffer.from(scratch.subarray(0, end));
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
