import { isValidDefault } from './avro-default.js';
import {
  type AvroField,
  type AvroNamed,
  type AvroType,
  type AvroUnion,
  isJsonObject,
  type Json,
  type JsonObject,
  namespaceOf,
  type PrimitiveName,
  primitiveNames,
} from './avro-schema.js';
import { parseExactJson, printExactJson } from './exact-json.js';
import { refusals } from './rest-error.js';

const reserved = ['aliases', 'doc', 'fields', 'items', 'name', 'namespace', 'size', 'symbols', 'type', 'values'];
const reservedInField = ['aliases', 'default', 'doc', 'name', 'order', 'type'];
const orders: readonly string[] = ['ascending', 'descending', 'ignore'];
const namePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;
// Deeper than any schema that people write, shallow enough for every recursion over it.
const maxDepth = 100;

const isPrimitiveName = (name: string): name is PrimitiveName => primitiveNames.some((known) => known === name);

/**
 * Parses the text of an Avro schema by the rules of the specification, 1.12; it may use types that are `known` already.
 * Throws RestError 42201 saying what is wrong.
 * https://avro.apache.org/docs/1.12.0/specification/
 */
export function parseAvroSchema(text: string, known: ReadonlyMap<string, AvroNamed> = new Map()): AvroType {
  if (text.trim() === '') throw refusals.invalidSchema('the schema is empty');
  let json: Json;
  try {
    json = parseExactJson(text);
  } catch (cause) {
    throw refusals.invalidSchema(`the schema is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  return new Parser(known).parse(json, '', 0);
}

class Parser {
  readonly #named: Map<string, AvroNamed>;

  constructor(known: ReadonlyMap<string, AvroNamed>) {
    this.#named = new Map(known);
  }

  parse(json: Json, namespace: string, depth: number): AvroType {
    if (depth > maxDepth) throw refusals.invalidSchema(`the schema is nested more than ${maxDepth} levels deep`);
    if (typeof json === 'string') return this.#reference(json, namespace);
    if (Array.isArray(json)) return this.#union(json, namespace, depth);
    if (!isJsonObject(json)) throw refusals.invalidSchema(`${printExactJson(json)} is not a type`);
    const type = json.type;
    if (typeof type !== 'string') throw refusals.invalidSchema(`${brief(json)} has no type name`);
    const properties = propertiesOf(json, type === 'enum' ? [...reserved, 'default'] : reserved);
    if (isPrimitiveName(type)) return { type, properties };
    switch (type) {
      case 'array':
        return { type, properties, items: this.parse(required(json, 'items'), namespace, depth + 1) };
      case 'map':
        return { type, properties, values: this.parse(required(json, 'values'), namespace, depth + 1) };
      case 'record':
      case 'error':
      case 'enum':
      case 'fixed':
        return this.#define(type, json, properties, namespace, depth);
      default:
        return this.#reference(type, namespace);
    }
  }

  #reference(name: string, namespace: string): AvroType {
    if (isPrimitiveName(name)) return { type: name, properties: {} };
    const found = this.#named.get(qualify(name, namespace)) ?? this.#named.get(name);
    if (found === undefined) throw refusals.invalidSchema(`the type "${name}" is not defined`);
    return found;
  }

  #union(json: Json[], namespace: string, depth: number): AvroUnion {
    const branches = json.map((branch) => this.parse(branch, namespace, depth + 1));
    const seen = new Set<string>();
    for (const branch of branches) {
      if (branch.type === 'union') throw refusals.invalidSchema('a union directly inside a union');
      const label = 'name' in branch ? branch.name : branch.type;
      if (seen.has(label)) throw refusals.invalidSchema(`the type "${label}" occurs twice in a union`);
      seen.add(label);
    }
    return { type: 'union', branches };
  }

  #define(
    type: AvroNamed['type'],
    json: JsonObject,
    properties: JsonObject,
    outerNamespace: string,
    depth: number,
  ): AvroNamed {
    const name = fullNameOf(json, outerNamespace);
    if (this.#named.has(name)) throw refusals.invalidSchema(`the type "${name}" is defined twice`);
    const namespace = namespaceOf(name);
    const doc = typeof json.doc === 'string' ? { doc: json.doc } : {};
    const aliases = stringsOf(json, 'aliases').map((alias) => qualify(alias, namespace));
    const common = { name, aliases, properties, ...doc };
    if (type === 'fixed') {
      const size = json.size;
      if (typeof size !== 'number' || !Number.isInteger(size) || size < 0) {
        throw refusals.invalidSchema(`the fixed "${name}" needs a size, a whole number of bytes`);
      }
      return this.#keep({ type, ...common, size });
    }
    if (type === 'enum') {
      const symbols = stringsOf(json, 'symbols');
      for (const symbol of symbols) checkName(symbol);
      if (new Set(symbols).size < symbols.length) {
        throw refusals.invalidSchema(`the enum "${name}" has a symbol twice`);
      }
      const preset = json.default;
      if (preset === undefined) return this.#keep({ type, ...common, symbols });
      if (typeof preset !== 'string' || !symbols.includes(preset)) {
        throw refusals.invalidSchema(`the default ${brief(preset)} is no symbol of the enum "${name}"`);
      }
      return this.#keep({ type, ...common, symbols, default: preset });
    }
    if (!Array.isArray(json.fields)) throw refusals.invalidSchema(`the record "${name}" has no list of fields`);
    const fields: AvroField[] = [];
    // Known before its fields are, so that they can refer to it.
    const record = this.#keep({ type, ...common, fields });
    for (const field of json.fields) fields.push(this.#field(field, name, depth));
    const twice = fields.find((field, i) => fields.findIndex((other) => other.name === field.name) < i);
    if (twice !== undefined) throw refusals.invalidSchema(`the record "${name}" has the field "${twice.name}" twice`);
    return record;
  }

  #keep<T extends AvroNamed>(type: T): T {
    this.#named.set(type.name, type);
    return type;
  }

  #field(json: Json, recordName: string, depth: number): AvroField {
    if (!isJsonObject(json) || typeof json.name !== 'string') {
      throw refusals.invalidSchema(`a field of "${recordName}" has no name`);
    }
    const name = checkName(json.name);
    const where = `the field "${name}" of "${recordName}"`;
    if (json.type === undefined) throw refusals.invalidSchema(`${where} has no type`);
    const type = this.parse(json.type, namespaceOf(recordName), depth + 1);
    const preset = json.default;
    if (preset !== undefined && !isValidDefault(type, preset)) {
      throw refusals.invalidSchema(`the default ${brief(preset)} of ${where} is not of its type`);
    }
    const order = json.order;
    if (order !== undefined && !orders.some((known) => known === order)) {
      throw refusals.invalidSchema(`the order ${brief(order)} of ${where} is none of ${orders.join(', ')}`);
    }
    return {
      name,
      type,
      aliases: stringsOf(json, 'aliases'),
      properties: propertiesOf(json, reservedInField),
      ...(typeof json.doc === 'string' && { doc: json.doc }),
      ...(preset !== undefined && { default: preset }),
      ...((order === 'descending' || order === 'ignore') && { order }),
    };
  }
}

function required(json: JsonObject, key: string): Json {
  const value = json[key];
  if (value === undefined) throw refusals.invalidSchema(`${brief(json)} has no "${key}"`);
  return value;
}

function stringsOf(json: JsonObject, key: string): string[] {
  const value = json[key];
  if (value === undefined) {
    if (key === 'aliases') return [];
    throw refusals.invalidSchema(`${brief(json)} has no "${key}"`);
  }
  if (!Array.isArray(value)) throw refusals.invalidSchema(`"${key}" of ${brief(json)} is not a list`);
  return value.map((entry) => {
    if (typeof entry !== 'string') throw refusals.invalidSchema(`"${key}" of ${brief(json)} must hold strings only`);
    return entry;
  });
}

const propertiesOf = (json: JsonObject, without: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(json).filter(([key]) => !without.includes(key)));

function fullNameOf(json: JsonObject, outerNamespace: string): string {
  const name = json.name;
  if (typeof name !== 'string' || name === '') throw refusals.invalidSchema(`${brief(json)} has no name`);
  const own = json.namespace;
  // A dot in front: in the null namespace, whatever surrounds it.
  const fullName =
    name.lastIndexOf('.') === 0 ? name.slice(1) : qualify(name, typeof own === 'string' ? own : outerNamespace);
  for (const part of fullName.split('.')) checkName(part);
  if (isPrimitiveName(fullName)) throw refusals.invalidSchema(`"${fullName}" is the name of a primitive type`);
  return fullName;
}

const qualify = (name: string, namespace: string): string =>
  name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;

function checkName(name: string): string {
  if (!namePattern.test(name)) throw refusals.invalidSchema(`"${name}" is not a name: letters, digits and _ only`);
  return name;
}

function brief(json: Json): string {
  const text = printExactJson(json);
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}
