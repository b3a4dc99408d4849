import avsc from 'avsc';
import { describe, expect, it } from 'vitest';
import { type CompatibilityLevel, compatibilityLevels, findIncompatibilities } from './compatibility.js';
import { parseAvroSchema } from './parse-avro-schema.js';
import type { ParsedSchema } from './schema-content.js';
import { resolveSchemas } from './schema-resolution.js';

const record = (fields: object[], more: object = {}) => ({ type: 'record', name: 'R', fields, ...more });
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more });
const enumeration = (symbols: string[], more: object = {}) => ({ type: 'enum', name: 'E', symbols, ...more });
const a = field('a', 'int');
const parse = (schema: unknown) => parseAvroSchema(JSON.stringify(schema));

describe('schema resolution', () => {
  // Reader, writer, and why the one cannot read the other: type and place of the first reason.
  const cases: [string, unknown, unknown, ([string, string] | undefined)?][] = [
    ['the same record', record([a]), record([a])],
    ['a new field with a default', record([a, field('b', 'int', { default: 0 })]), record([a])],
    [
      'a new field without a default',
      record([a, field('b', 'int')]),
      record([a]),
      ['READER_FIELD_MISSING_DEFAULT_VALUE', '/fields/1'],
    ],
    ['a removed field', record([a]), record([a, field('b', 'int')])],
    ['a renamed field', record([field('z', 'int')]), record([a]), ['READER_FIELD_MISSING_DEFAULT_VALUE', '/fields/0']],
    ['a renamed field with its old name as alias', record([field('z', 'int', { aliases: ['a'] })]), record([a])],
    ['fields in another order', record([field('b', 'string'), a]), record([a, field('b', 'string')])],
    ['int as long', 'long', 'int'],
    ['int as double', 'double', 'int'],
    ['long as float', 'float', 'long'],
    ['float as double', 'double', 'float'],
    ['long as int', 'int', 'long', ['TYPE_MISMATCH', '/']],
    ['double as float', 'float', 'double', ['TYPE_MISMATCH', '/']],
    ['string as bytes', 'bytes', 'string'],
    ['bytes as string', 'string', 'bytes'],
    ['string as int', 'int', 'string', ['TYPE_MISMATCH', '/']],
    ['a promotion inside a record', record([field('a', 'long')]), record([a])],
    ['a field of another type', record([field('a', 'string')]), record([a]), ['TYPE_MISMATCH', '/fields/0/type']],
    ['a timestamp as a long', 'long', { type: 'long', logicalType: 'timestamp-millis' }],
    ['a value as nullable', record([field('a', ['null', 'int'])]), record([a])],
    [
      'a nullable value as not nullable',
      record([a]),
      record([field('a', ['null', 'int'])]),
      ['TYPE_MISMATCH', '/fields/0/type/0'],
    ],
    ['a wider union', ['null', 'int', 'string'], ['null', 'int']],
    ['a narrower union', ['null', 'int'], ['null', 'int', 'string'], ['MISSING_UNION_BRANCH', '/2']],
    ['a promotion into a union', ['null', 'double'], 'int'],
    ['a union of what is promoted', 'double', ['int', 'long']],
    ['a type that the union lacks', ['null', 'int'], 'string', ['MISSING_UNION_BRANCH', '/']],
    ['a new enum symbol', enumeration(['A', 'B', 'C']), enumeration(['A', 'B'])],
    ['a removed enum symbol', enumeration(['A']), enumeration(['A', 'B']), ['MISSING_ENUM_SYMBOLS', '/symbols']],
    ['a removed enum symbol with a default', enumeration(['A'], { default: 'A' }), enumeration(['A', 'B'])],
    ['a record of another name', record([a], { name: 'S' }), record([a]), ['NAME_MISMATCH', '/name']],
    ['a record with its old name as alias', record([a], { name: 'S', aliases: ['R'] }), record([a])],
    ['a record of another namespace', record([a], { namespace: 'x' }), record([a], { namespace: 'y' })],
    [
      'a fixed of another size',
      { type: 'fixed', name: 'F', size: 4 },
      { type: 'fixed', name: 'F', size: 5 },
      ['FIXED_SIZE_MISMATCH', '/size'],
    ],
    ['items that are promoted', { type: 'array', items: 'long' }, { type: 'array', items: 'int' }],
    [
      'items of another type',
      { type: 'array', items: 'int' },
      { type: 'array', items: 'string' },
      ['TYPE_MISMATCH', '/items'],
    ],
    [
      'map values of another type',
      { type: 'map', values: 'int' },
      { type: 'map', values: 'string' },
      ['TYPE_MISMATCH', '/values'],
    ],
    ['a map as an array', { type: 'array', items: 'int' }, { type: 'map', values: 'int' }, ['TYPE_MISMATCH', '/']],
    [
      'a recursive record with a new field',
      record([field('next', ['null', 'R']), field('b', 'int', { default: 0 })]),
      record([field('next', ['null', 'R'])]),
    ],
    [
      'a recursive record that breaks deep inside',
      record([field('next', ['null', 'R']), field('b', 'int')]),
      record([field('next', ['null', 'R']), field('b', 'string')]),
      ['TYPE_MISMATCH', '/fields/1/type'],
    ],
  ];

  it.each(cases)('reads %s', (_, reader, writer, expected) => {
    const found = resolveSchemas(parse(reader), parse(writer));
    expect(found.map(({ type, path }) => [type, path])).toEqual(expected === undefined ? [] : [expected]);
    expect(avscReads(reader, writer)).toBe(expected === undefined);
  });
});

/** What another implementation of the specification says. */
function avscReads(reader: unknown, writer: unknown): boolean {
  // avsc checks what it is given.
  const type = (schema: unknown) => avsc.Type.forSchema(schema as avsc.Schema, { wrapUnions: true });
  try {
    type(reader).createResolver(type(writer), { ignoreNamespaces: true });
    return true;
  } catch {
    return false;
  }
}

describe('compatibility levels', () => {
  const parsed = (schema: unknown): ParsedSchema => ({
    schemaType: 'AVRO',
    text: JSON.stringify(schema),
    references: [],
    avro: parse(schema),
  });
  const version = (number: number, schema: unknown) => ({
    version: number,
    schema: parsed(schema),
  });
  const b = field('b', 'int');
  const breakingLevels = (candidate: unknown, ...earlier: unknown[]): CompatibilityLevel[] =>
    compatibilityLevels.filter(
      (level) =>
        findIncompatibilities(
          parsed(candidate),
          earlier.map((schema, i) => version(i + 1, schema)),
          level,
        ).length > 0,
    );
  const all = compatibilityLevels.filter((level) => level !== 'NONE');
  const starting = (word: string) => compatibilityLevels.filter((level) => level.startsWith(word));

  it('ask for the direction that they are named after', () => {
    const full = starting('FULL');
    expect(breakingLevels(record([a, b]), record([a]))).toEqual([...starting('BACKWARD'), ...full]);
    expect(breakingLevels(record([a]), record([a, b]))).toEqual([...starting('FORWARD'), ...full]);
    expect(breakingLevels(record([field('a', 'string')]), record([a]))).toEqual(all);
    expect(breakingLevels(record([a, field('b', 'int', { default: 0 })]), record([a]))).toEqual([]);
    expect(breakingLevels(record([a]))).toEqual([]);
  });

  it('look at the last version, transitive ones at all', () => {
    const withDefault = record([a, field('b', 'int', { default: 0 })]);
    expect(breakingLevels(record([a, b]), record([a]), withDefault)).toEqual([
      'BACKWARD_TRANSITIVE',
      'FULL_TRANSITIVE',
    ]);
  });

  it('say in Confluent’s words what they found', () => {
    expect(findIncompatibilities(parsed(record([a])), [version(3, record([a, b]))], 'FORWARD')).toEqual([
      "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field 'b' at path '/fields/1' in the old schema has no default value and is missing in the new schema', additionalInfo:'b'}",
      '{oldSchemaVersion: 3}',
      `{oldSchema: '${JSON.stringify(record([a, b]))}'}`,
      "{compatibility: 'FORWARD'}",
    ]);
  });
});
