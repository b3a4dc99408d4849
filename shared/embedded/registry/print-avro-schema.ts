import {
  type AvroField,
  type AvroNamed,
  type AvroType,
  type Json,
  type JsonObject,
  namespaceOf,
  simpleNameOf,
} from './avro-schema.js';
import { printExactJson } from './exact-json.js';

/**
 * The text under which a schema is kept and compared: attributes in the order in which Avro's Java library prints
 * them, so that two spellings of one schema are one schema, and clients read back what Confluent's registry gives them.
 * Types that are `known` from elsewhere are named only.
 */
export function printAvroSchema(type: AvroType, known: Iterable<string> = []): string {
  return printExactJson(print(type, '', new Set(known)));
}

function print(type: AvroType, namespace: string, defined: Set<string>): Json {
  switch (type.type) {
    case 'union':
      return type.branches.map((branch) => print(branch, namespace, defined));
    case 'array':
      return { type: 'array', items: print(type.items, namespace, defined), ...type.properties };
    case 'map':
      return { type: 'map', values: print(type.values, namespace, defined), ...type.properties };
    case 'record':
    case 'error':
    case 'enum':
    case 'fixed':
      return printNamed(type, namespace, defined);
    default:
      return Object.keys(type.properties).length === 0 ? type.type : { type: type.type, ...type.properties };
  }
}

function printNamed(type: AvroNamed, outerNamespace: string, defined: Set<string>): Json {
  const namespace = namespaceOf(type.name);
  if (defined.has(type.name)) return namespace === outerNamespace ? simpleNameOf(type.name) : type.name;
  defined.add(type.name);
  const head: JsonObject = {
    type: type.type,
    name: simpleNameOf(type.name),
    ...(namespace !== outerNamespace && { namespace }),
    ...(type.doc !== undefined && { doc: type.doc }),
  };
  const aliases = type.aliases.map((alias) => (namespaceOf(alias) === namespace ? simpleNameOf(alias) : alias));
  const tail: JsonObject = { ...type.properties, ...(aliases.length > 0 && { aliases }) };
  switch (type.type) {
    case 'enum':
      return {
        ...head,
        symbols: [...type.symbols],
        ...(type.default !== undefined && { default: type.default }),
        ...tail,
      };
    case 'fixed':
      return { ...head, size: type.size, ...tail };
    default:
      return { ...head, fields: type.fields.map((field) => printField(field, namespace, defined)), ...tail };
  }
}

const printField = (field: AvroField, namespace: string, defined: Set<string>): JsonObject => ({
  name: field.name,
  type: print(field.type, namespace, defined),
  ...(field.doc !== undefined && { doc: field.doc }),
  ...(field.default !== undefined && { default: field.default }),
  ...(field.order !== undefined && { order: field.order }),
  ...(field.aliases.length > 0 && { aliases: [...field.aliases] }),
  ...field.properties,
});
