import { isJsonObject, type Json } from './avro-schema.js';
import { withoutSpace } from './exact-json.js';
import { namedTypesIn } from './named-types.js';
import { parseAvroSchema } from './parse-avro-schema.js';
import { checkProtobufSchema, isSerializedProtobuf } from './parse-protobuf.js';
import { printAvroSchema } from './print-avro-schema.js';
import { refusals } from './rest-error.js';
import {
  type ParsedSchema,
  type SchemaContent,
  type SchemaReference,
  type SchemaType,
  schemaTypes,
} from './schema-content.js';

/** Finds what a reference names; undefined where that is not registered. */
export type ResolveReference = (reference: SchemaReference) => ParsedSchema | undefined;

/**
 * Reads a schema of any type into the form in which it is kept: Avro as Avro's Java library prints it, JSON without
 * white space, Protobuf letter for letter. Of Avro everything is checked; of a JSON Schema that it is JSON, an object or
 * a boolean; of Protobuf its outline. Throws RestError 42201 for what is no schema, and for a reference to nothing.
 */
export function parseSchema(content: SchemaContent, resolve: ResolveReference): ParsedSchema {
  const { schemaType, references } = content;
  const referenced = references.map((reference) => {
    const found = resolve(reference);
    if (found === undefined) throw refusals.unknownReference(reference, schemaType);
    return found;
  });
  switch (schemaType) {
    case 'AVRO': {
      const known = namedTypesIn(referenced.flatMap(({ avro }) => avro ?? []));
      const avro = parseAvroSchema(content.text, known);
      return { schemaType, text: printAvroSchema(avro, known.keys()), references, avro };
    }
    case 'JSON':
      return { schemaType, text: canonicalJsonSchema(content.text), references };
    case 'PROTOBUF':
      checkProtobufSchema(content.text);
      return { schemaType, text: content.text, references };
  }
}

/** The type that a request names; AVRO where it names none. Throws RestError 42201 for any other. */
export function schemaTypeOf(named: Json | undefined): SchemaType {
  if (named === undefined || named === null) return 'AVRO';
  const found = schemaTypes.find((type) => type === named);
  if (found === undefined) throw refusals.unsupported(`the schema type ${JSON.stringify(named)}`);
  return found;
}

/** References in an order of their own, each once: `normalize` asks for it. */
export function inOrder(references: readonly SchemaReference[]): SchemaReference[] {
  const byKey = new Map(references.map((one) => [JSON.stringify([one.name, one.subject, one.version]), one]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** A schema with its references' types written out where they are used first: what `format=resolved` asks for. */
export const resolvedText = ({ avro, text }: ParsedSchema): string =>
  avro === undefined ? text : printAvroSchema(avro);

/**
 * The text of a Protobuf schema for `format=serialized`. Throws RestError 42201 where it was registered as the text of
 * a .proto file: this registry has no compiler.
 */
export function serializedText({ text }: ParsedSchema): string {
  if (isSerializedProtobuf(text)) return text;
  throw refusals.invalidSchema('it was registered as text, and this registry cannot serialize it', 'PROTOBUF');
}

function canonicalJsonSchema(text: string): string {
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw refusals.invalidSchema(`the schema is not JSON: ${found}`, 'JSON');
  }
  if (typeof json !== 'boolean' && !isJsonObject(json)) {
    throw refusals.invalidSchema('a JSON Schema is an object or a boolean', 'JSON');
  }
  return withoutSpace(text);
}
