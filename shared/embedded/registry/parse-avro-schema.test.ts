import { describe, expect, it } from 'vitest';
import { parseAvroSchema } from './parse-avro-schema.js';
import { printAvroSchema } from './print-avro-schema.js';

const printed = (schema: unknown) => printAvroSchema(parseAvroSchema(JSON.stringify(schema)));

describe('a schema that is registered', () => {
  it('is kept in the order of attributes that Avro prints, whatever the order in which it came', () => {
    const text = `{ "fields": [
        {"type": {"symbols": ["A", "B"], "type": "enum", "name": "E", "default": "A"}, "name": "e", "aliases": ["x"]},
        {"default": null, "name": "n", "unit": "knots", "order": "descending", "doc": "wind", "type": ["null", {"type": "double"}]},
        {"name": "again", "type": "demo.E", "order": "ascending"},
        {"name": "t", "type": {"logicalType": "timestamp-millis", "type": "long"}}
      ], "owner": "ops", "doc": "a flight", "aliases": ["Old", "other.Older"], "name": "demo.Flight", "type": "record" }`;
    expect(printAvroSchema(parseAvroSchema(text))).toBe(
      '{"type":"record","name":"Flight","namespace":"demo","doc":"a flight","fields":[' +
        '{"name":"e","type":{"type":"enum","name":"E","symbols":["A","B"],"default":"A"},"aliases":["x"]},' +
        '{"name":"n","type":["null","double"],"doc":"wind","default":null,"order":"descending","unit":"knots"},' +
        '{"name":"again","type":"E"},' +
        '{"name":"t","type":{"type":"long","logicalType":"timestamp-millis"}}],"owner":"ops","aliases":["Old","other.Older"]}',
    );
  });

  it('may be a primitive, a union, or refer to itself', () => {
    expect(printed('string')).toBe('"string"');
    expect(printed({ type: 'string' })).toBe('"string"');
    expect(printed(['null', { type: 'array', items: 'int' }])).toBe('["null",{"type":"array","items":"int"}]');
    const tree = { type: 'record', name: 'T', fields: [{ name: 'child', type: ['null', 'T'] }] };
    expect(printed(tree)).toBe(JSON.stringify(tree));
  });

  it('keeps the names of types in other namespaces apart', () => {
    const outer = {
      type: 'record',
      name: 'a.R',
      fields: [
        { name: 'x', type: { type: 'fixed', name: 'F', namespace: 'b', size: 2 } },
        { name: 'y', type: 'b.F' },
        { name: 'z', type: { type: 'fixed', name: 'F', size: 3 } },
        { name: 'w', type: 'F' },
      ],
    };
    expect(printed(outer)).toBe(
      '{"type":"record","name":"R","namespace":"a","fields":[{"name":"x","type":{"type":"fixed","name":"F","namespace":"b","size":2}},' +
        '{"name":"y","type":"b.F"},{"name":"z","type":{"type":"fixed","name":"F","size":3}},{"name":"w","type":"F"}]}',
    );
  });
});

describe('the default of a long', () => {
  const withDefault = (digits: string) =>
    `{"type":"record","name":"R","fields":[{"name":"a","type":"long","default":${digits}}]}`;

  it('keeps every digit', () => {
    for (const digits of ['9223372036854775807', '-9223372036854775808', '9007199254740993', '7']) {
      expect(printAvroSchema(parseAvroSchema(withDefault(digits)))).toBe(withDefault(digits));
    }
  });

  it('is refused beyond 64 bits', () => {
    expect(() => parseAvroSchema(withDefault('9223372036854775808'))).toThrow(
      'the default 9223372036854775808 of the field "a" of "R" is not of its type',
    );
  });
});

describe('what is no schema', () => {
  const record = (...fields: unknown[]) => ({ type: 'record', name: 'R', fields });
  const nested = Array.from({ length: 200 }).reduce<unknown>((items) => ({ type: 'array', items }), 'int');
  it.each([
    [42, '42 is not a type'],
    ['flight', 'the type "flight" is not defined'],
    [{}, '{} has no type name'],
    [{ type: 'record', fields: [] }, 'has no name'],
    [{ type: 'record', name: 'R' }, 'the record "R" has no list of fields'],
    [{ type: 'record', name: 'my-record', fields: [] }, '"my-record" is not a name'],
    [{ type: 'record', name: 'int', fields: [] }, '"int" is the name of a primitive type'],
    [record({ name: 'a' }), 'the field "a" of "R" has no type'],
    [record({ type: 'int' }), 'a field of "R" has no name'],
    [record({ name: 'a', type: 'int' }, { name: 'a', type: 'int' }), 'the record "R" has the field "a" twice'],
    [record({ name: 'a', type: 'int', default: 'x' }), 'the default "x" of the field "a" of "R" is not of its type'],
    [record({ name: 'a', type: 'int', default: 2 ** 31 }), 'is not of its type'],
    [record({ name: 'a', type: ['int', 'null'], default: 'x' }), 'is not of its type'],
    [record({ name: 'a', type: 'int', order: 'sideways' }), 'the order "sideways" of the field "a" of "R" is none of'],
    [record({ name: 'a', type: record() }), 'the type "R" is defined twice'],
    [['int', 'int'], 'the type "int" occurs twice in a union'],
    [['int', ['string']], 'a union directly inside a union'],
    [{ type: 'enum', name: 'E', symbols: ['A', 'A'] }, 'has a symbol twice'],
    [{ type: 'enum', name: 'E', symbols: ['a-b'] }, '"a-b" is not a name'],
    [{ type: 'enum', name: 'E', symbols: ['A'], default: 'B' }, 'is no symbol of the enum "E"'],
    [{ type: 'fixed', name: 'F', size: -1 }, 'needs a size'],
    [{ type: 'array' }, '{"type":"array"} has no "items"'],
    [nested, 'nested more than 100 levels deep'],
  ])('is refused: %j', (schema, reason) => {
    expect(() => printed(schema)).toThrow(
      expect.objectContaining({ status: 422, errorCode: 42201, message: expect.stringContaining(reason) }),
    );
  });

  it('is refused where it is not even JSON', () => {
    expect(() => parseAvroSchema('{"type":')).toThrow(
      /^Invalid schema of type AVRO, details: the schema is not JSON: /,
    );
  });
});
