import type { AvroEnum, AvroField, AvroFixed, AvroNamed, AvroRecord, AvroType } from './avro-schema.js';
import { simpleNameOf } from './avro-schema.js';

/** One reason why a reader cannot read what a writer wrote; the types are those of Avro's SchemaCompatibility. */
export interface Incompatibility {
  readonly type:
    | 'NAME_MISMATCH'
    | 'FIXED_SIZE_MISMATCH'
    | 'MISSING_ENUM_SYMBOLS'
    | 'READER_FIELD_MISSING_DEFAULT_VALUE'
    | 'TYPE_MISMATCH'
    | 'MISSING_UNION_BRANCH';
  /** Where, as Avro's Java library counts: into the reader's schema, and at a union of the writer its branch. */
  readonly path: string;
  readonly message: string;
}

/** Types that a value may be promoted from, by the reader's type: "Schema Resolution" in the Avro specification. */
const promotions: Readonly<Record<string, readonly string[]>> = {
  long: ['int'],
  float: ['int', 'long'],
  double: ['int', 'long', 'float'],
  bytes: ['string'],
  string: ['bytes'],
};

/**
 * Finds why `reader` cannot read every value written with `writer`; none means that it can.
 * https://avro.apache.org/docs/1.11.1/specification/#schema-resolution
 */
export function resolveSchemas(reader: AvroType, writer: AvroType): Incompatibility[] {
  return new Resolution().resolve(reader, writer, []);
}

const isRecord = (type: AvroType): type is AvroRecord => type.type === 'record' || type.type === 'error';

class Resolution {
  /** Pairs already judged or being judged: a recursive schema is compatible unless proven otherwise. */
  readonly #judged = new Map<AvroType, Map<AvroType, Incompatibility[]>>();

  resolve(reader: AvroType, writer: AvroType, path: readonly string[]): Incompatibility[] {
    let byWriter = this.#judged.get(reader);
    if (byWriter === undefined) {
      byWriter = new Map();
      this.#judged.set(reader, byWriter);
    }
    const judged = byWriter.get(writer);
    if (judged !== undefined) return judged;
    byWriter.set(writer, []);
    const found = this.#judge(reader, writer, path);
    byWriter.set(writer, found);
    return found;
  }

  #judge(reader: AvroType, writer: AvroType, path: readonly string[]): Incompatibility[] {
    if (writer.type === 'union') {
      if (reader.type !== 'union') {
        return writer.branches.flatMap((branch, i) => this.resolve(reader, branch, [...path, String(i)]));
      }
      return writer.branches.flatMap((branch, i) => this.#intoUnion(reader.branches, branch, [...path, String(i)]));
    }
    if (reader.type === 'union') return this.#intoUnion(reader.branches, writer, path);
    if (isRecord(reader) && isRecord(writer)) {
      return [...checkNames(reader, writer, path), ...this.#fields(reader, writer, path)];
    }
    if (reader.type === 'enum' && writer.type === 'enum') {
      return [...checkNames(reader, writer, path), ...checkSymbols(reader, writer, path)];
    }
    if (reader.type === 'fixed' && writer.type === 'fixed') {
      return [...checkNames(reader, writer, path), ...checkSize(reader, writer, path)];
    }
    if (reader.type === 'array' && writer.type === 'array') {
      return this.resolve(reader.items, writer.items, [...path, 'items']);
    }
    if (reader.type === 'map' && writer.type === 'map') {
      return this.resolve(reader.values, writer.values, [...path, 'values']);
    }
    if (reader.type === writer.type || promotions[reader.type]?.includes(writer.type) === true) return [];
    const message = `reader type: ${upper(reader)} not compatible with writer type: ${upper(writer)}`;
    return [incompatibility('TYPE_MISMATCH', path, message)];
  }

  #intoUnion(branches: readonly AvroType[], writer: AvroType, path: readonly string[]): Incompatibility[] {
    if (branches.some((branch) => this.resolve(branch, writer, path).length === 0)) return [];
    return [incompatibility('MISSING_UNION_BRANCH', path, `reader union lacking writer type: ${upper(writer)}`)];
  }

  #fields(reader: AvroRecord, writer: AvroRecord, path: readonly string[]): Incompatibility[] {
    return reader.fields.flatMap((field, i) => {
      const at = [...path, 'fields', String(i)];
      const [source, other] = sourcesOf(field, writer);
      if (other !== undefined) {
        return [incompatibility('NAME_MISMATCH', at, `${field.name} matches several fields of the writer`)];
      }
      if (source !== undefined) return this.resolve(field.type, source.type, [...at, 'type']);
      return field.default === undefined ? [incompatibility('READER_FIELD_MISSING_DEFAULT_VALUE', at, field.name)] : [];
    });
  }
}

const sourcesOf = (field: AvroField, writer: AvroRecord): AvroField[] =>
  writer.fields.filter(({ name }) => name === field.name || field.aliases.includes(name));

function checkNames(reader: AvroNamed, writer: AvroNamed, path: readonly string[]): Incompatibility[] {
  // Namespaces may differ: the specification compares unqualified names, aliases in full.
  if (simpleNameOf(reader.name) === simpleNameOf(writer.name) || reader.aliases.includes(writer.name)) return [];
  return [incompatibility('NAME_MISMATCH', [...path, 'name'], `expected: ${writer.name}`)];
}

function checkSymbols(reader: AvroEnum, writer: AvroEnum, path: readonly string[]): Incompatibility[] {
  if (reader.default !== undefined) return [];
  const missing = writer.symbols.filter((symbol) => !reader.symbols.includes(symbol)).sort();
  if (missing.length === 0) return [];
  return [incompatibility('MISSING_ENUM_SYMBOLS', [...path, 'symbols'], `[${missing.join(', ')}]`)];
}

function checkSize(reader: AvroFixed, writer: AvroFixed, path: readonly string[]): Incompatibility[] {
  if (reader.size === writer.size) return [];
  const message = `expected: ${writer.size}, found: ${reader.size}`;
  return [incompatibility('FIXED_SIZE_MISMATCH', [...path, 'size'], message)];
}

const upper = (type: AvroType): string => type.type.toUpperCase();

const incompatibility = (type: Incompatibility['type'], path: readonly string[], message: string): Incompatibility => ({
  type,
  path: `/${path.join('/')}`,
  message,
});
