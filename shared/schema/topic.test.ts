import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, expectTypeOf, it } from 'vitest';
import { defineTopic, type Topic } from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'topics-'));
afterAll(() => rmSync(folder, { recursive: true }));

const schema = { type: 'record', name: 'Gate', fields: [{ name: 'id', type: 'string' }] };
const file = (name: string, text: string): URL => {
  writeFileSync(join(folder, name), text);
  return pathToFileURL(join(folder, name));
};
const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('defineTopic', () => {
  it('reads the schema from its file, and keeps records for a time unless told otherwise', () => {
    const gates = defineTopic<{ id: string }>({
      name: 'demo.gates',
      partitions: 4,
      schema: file('gates.avsc', JSON.stringify(schema)),
    });
    expect(gates).toEqual({ name: 'demo.gates', partitions: 4, cleanupPolicy: 'delete', schema });
    expectTypeOf(gates).toEqualTypeOf<Topic<{ id: string }>>();
    expectTypeOf(gates).not.toExtend<Topic<{ id: number }>>();
  });

  it('keeps the clean-up policy and the configuration that it is given', () => {
    const config = { 'retention.ms': '-1' };
    expect(defineTopic({ name: 'models', partitions: 1, cleanupPolicy: 'compact', config, schema })).toEqual({
      name: 'models',
      partitions: 1,
      cleanupPolicy: 'compact',
      config,
      schema,
    });
  });

  it('refuses what Kafka or Avro would refuse, naming the topic', () => {
    const define = (more: object) => () => defineTopic({ name: 'gates', partitions: 1, schema, ...more });
    expect(define({ name: 'my gates' })).toThrow(refusal('usage', /"my gates": a topic's name has/));
    expect(define({ name: '..' })).toThrow(refusal('usage', /"\.\."/));
    expect(define({ partitions: 0 })).toThrow(refusal('usage', /the topic gates: 0 partitions/));
    expect(define({ schema: { type: 'string' } })).toThrow(refusal('schema', /gates: its schema is not a record/));
    expect(define({ schema: { ...schema, fields: [{ name: 'id', type: 'strng' }] } })).toThrow(
      refusal('schema', /^Reading the Avro schema of the topic gates: undefined type name: strng$/),
    );
    expect(define({ schema: file('bad.avsc', '{"type":') })).toThrow(
      refusal('schema', /topic gates from .*bad\.avsc: /),
    );
    expect(define({ schema: file('list.avsc', '[]') })).toThrow(refusal('schema', /it holds no record/));
    expect(define({ schema: pathToFileURL(join(folder, 'none.avsc')) })).toThrow(refusal('schema', /ENOENT/));
  });
});
