import { describe, expect, it } from 'vitest';
import { checkProtobufSchema } from './parse-protobuf.js';
import { avroRecord, refused, startedRegistry } from './started-registry.contract.js';

const { ask } = startedRegistry();
const register = (subject: string, schemaType: string, schema: string) =>
  ask('POST', `/subjects/${subject}/versions`, { schemaType, schema });
const proto = 'syntax = "proto3";\nmessage Flight { string id = 1; }\n';

describe('a JSON Schema', () => {
  it('is kept letter for letter, but for the white space', async () => {
    const text = '{ "type": "object",\n "maximum": 9223372036854775807, "title": "a \\" b", "2": 1, "1": 1.0 }';
    expect(await register('a', 'JSON', text)).toEqual([200, { id: 1 }]);
    const kept = '{"type":"object","maximum":9223372036854775807,"title":"a \\" b","2":1,"1":1.0}';
    expect(await ask('GET', '/schemas/ids/1')).toEqual([200, { schema: kept, schemaType: 'JSON' }]);
    expect(await register('b', 'JSON', kept)).toEqual([200, { id: 1 }]);
    expect(await register('b', 'JSON', 'true')).toEqual([200, { id: 2 }]);
  });

  it('is an object or a boolean', async () => {
    for (const text of ['{', '12', '[]', '"object"', 'null']) {
      expect(await register('a', 'JSON', text)).toEqual(
        refused(42201, expect.stringMatching(/^Invalid schema of type JSON/)),
      );
    }
  });
});

describe('a Protobuf schema', () => {
  it('is kept letter for letter', async () => {
    expect(await register('a', 'PROTOBUF', proto)).toEqual([200, { id: 1 }]);
    expect(await ask('GET', '/schemas/ids/1')).toEqual([200, { schema: proto, schemaType: 'PROTOBUF' }]);
    expect(await ask('GET', '/schemas/ids/1?format=serialized')).toEqual(
      refused(42201, expect.stringContaining('this registry cannot serialize it')),
    );
  });

  it('may come serialized, and then goes out serialized', async () => {
    // name = "a.proto", syntax = "proto3"
    const descriptor = Buffer.from('0a07612e70726f746f620670726f746f33', 'hex').toString('base64');
    expect(await register('a', 'PROTOBUF', descriptor)).toEqual([200, { id: 1 }]);
    expect(await ask('GET', '/schemas/ids/1?format=serialized')).toEqual([
      200,
      { schema: descriptor, schemaType: 'PROTOBUF' },
    ]);
  });

  it.each([
    proto,
    'edition = "2023"; package a.b; import public "x.proto"; ;',
    '// only a comment\n/* and another */ enum E { option allow_alias = true; A = 0; B = -1 [deprecated = true]; }',
    "message M { map<string, int32> m = 1; oneof o { bytes b = 2 [default = 'x\\'}']; } reserved 4 to max; }",
    'service S { rpc Call (stream A) returns (B) { option (x.y) = { a: [1, 2] }; } } extend M { optional float f = 100; }',
  ])('looks like one: %j', (text) => {
    expect(() => checkProtobufSchema(text)).not.toThrow();
  });

  it.each([
    ['message {', '"}" is missing at the end'],
    ['hello', 'a statement begins with "hello"'],
    ['message M { string a = 1; ]', '"]" closes nothing'],
    ['message M { string a = 1 # }', 'is no token'],
    ['syntax = "proto3"', 'the last statement has no end'],
    ['message M { string a = "x; }', 'is no token'],
    ['{"type":"object"}', 'a statement begins with "{"'],
    ['AAAA', 'a statement begins with "AAAA"'],
  ])('does not look like one: %j', (text, why) => {
    expect(() => checkProtobufSchema(text)).toThrow(expect.objectContaining({ message: expect.stringContaining(why) }));
  });
});

describe('compatibility', () => {
  it('of JSON and Protobuf is not judged, and that is said to whom wants to know why', async () => {
    await register('a', 'JSON', '{"type":"object"}');
    const next = { schemaType: 'JSON', schema: '{"type":"string"}' };
    expect(await ask('POST', '/compatibility/subjects/a/versions/latest', next)).toEqual([
      200,
      { is_compatible: true },
    ]);
    expect(await ask('POST', '/compatibility/subjects/a/versions/latest?verbose=true', next)).toEqual([
      200,
      { is_compatible: true, messages: ['This registry does not judge the compatibility of JSON schemas'] },
    ]);
    expect(await register('a', next.schemaType, next.schema)).toEqual([200, { id: 2 }]);
  });

  it('ends where a subject gets schemas of another type', async () => {
    await register('a', 'AVRO', avroRecord('R'));
    expect(await register('a', 'PROTOBUF', proto)).toEqual(
      refused(409, expect.stringContaining('Incompatible because of different schema type')),
    );
    await ask('PUT', '/config/a', { compatibility: 'NONE' });
    expect(await register('a', 'PROTOBUF', proto)).toEqual([200, { id: 2 }]);
  });

  it('is asked about all versions or one, as the level says', async () => {
    const withN = (more: object) => avroRecord('R', { name: 'n', type: 'int', ...more });
    await register('a', 'AVRO', avroRecord('R'));
    await register('a', 'AVRO', withN({ default: 0 }));
    const check = async (level: string) => {
      await ask('PUT', '/config/a', { compatibility: level });
      return ask('POST', '/compatibility/subjects/a/versions', { schema: withN({}) });
    };
    expect(await check('BACKWARD')).toEqual([200, { is_compatible: true }]);
    expect(await check('BACKWARD_TRANSITIVE')).toEqual([200, { is_compatible: false }]);
    expect(await ask('POST', '/compatibility/subjects/a/versions?verbose=true', { schema: 'x' })).toEqual([
      200,
      { is_compatible: false, messages: [expect.stringContaining('the schema is not JSON')] },
    ]);
  });
});
