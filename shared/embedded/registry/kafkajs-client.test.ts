import { COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Registry, startRegistry } from './index.js';

let registry: Registry;
let client: SchemaRegistry;
beforeAll(async () => {
  registry = await startRegistry({ port: 0 });
  client = new SchemaRegistry({ host: registry.url });
});
afterAll(() => registry.close());

const schema = (...fields: object[]) =>
  JSON.stringify({
    type: 'record',
    name: 'Passenger',
    namespace: 'titanic',
    fields: [{ name: 'id', type: 'int' }, ...fields],
  });

describe('@kafkajs/confluent-schema-registry, unmodified', () => {
  it('registers, finds, encodes and decodes', async () => {
    const { id } = await client.register({ type: SchemaType.AVRO, schema: schema() }, { subject: 'passengers-value' });
    expect(await client.getLatestSchemaId('passengers-value')).toBe(id);
    expect(await client.getRegistryId('passengers-value', 1)).toBe(id);
    expect(await client.getRegistryIdBySchema('passengers-value', { type: SchemaType.AVRO, schema: schema() })).toBe(
      id,
    );
    const stranger = new SchemaRegistry({ host: registry.url });
    expect(await stranger.decode(await client.encode(id, { id: 7 }))).toEqual({ id: 7 });
  });

  it.each([
    [
      SchemaType.JSON as const,
      '{"type":"object","properties":{"id":{"type":"number"}},"required":["id"]}',
      '{"type":"object","properties":{"id":{"type":"number"},"age":{"type":"number"}},"required":["id"]}',
    ],
    [
      SchemaType.PROTOBUF as const,
      'syntax = "proto3"; message Passenger { int32 id = 1; }',
      'syntax = "proto3"; message Passenger { int32 id = 1; int32 age = 2; }',
    ],
  ])('encodes and decodes %s, too', async (type, schema, next) => {
    const subject = `passengers-${type}`;
    const { id } = await client.register({ type, schema }, { subject });
    expect(await client.register({ type, schema }, { subject })).toEqual({ id });
    expect(await client.getRegistryIdBySchema(subject, { type, schema })).toBe(id);
    expect((await client.register({ type, schema: next }, { subject })).id).not.toBe(id);
    const stranger = new SchemaRegistry({ host: registry.url });
    expect(await stranger.decode(await client.encode(id, { id: 7 }))).toEqual({ id: 7 });
  });

  it('resolves references', async () => {
    const gate = '{"type":"record","name":"Gate","namespace":"titanic","fields":[{"name":"n","type":"int"}]}';
    await client.register({ type: SchemaType.AVRO, schema: gate }, { subject: 'gates' });
    const { id } = await client.register(
      {
        type: SchemaType.AVRO,
        schema: schema({ name: 'gate', type: 'titanic.Gate' }),
        references: [{ name: 'titanic.Gate', subject: 'gates', version: 1 }],
      },
      { subject: 'boardings-value' },
    );
    const stranger = new SchemaRegistry({ host: registry.url });
    expect(await stranger.decode(await client.encode(id, { id: 7, gate: { n: 4 } }))).toEqual({
      id: 7,
      gate: { n: 4 },
    });
  });

  it('sees the errors of the registry', async () => {
    const incompatible = { type: SchemaType.AVRO as const, schema: schema({ name: 'age', type: 'int' }) };
    await expect(client.register(incompatible, { subject: 'passengers-value' })).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining('READER_FIELD_MISSING_DEFAULT_VALUE'),
    });
    await expect(
      client.register(incompatible, { subject: 'passengers-value', compatibility: COMPATIBILITY.FULL }),
    ).rejects.toThrow('Compatibility does not match the configuration (FULL != BACKWARD)');
    await expect(client.getSchema(99)).rejects.toMatchObject({ status: 404 });
    await expect(client.getRegistryIdBySchema('passengers-value', incompatible)).rejects.toThrow('Schema not found');
    await expect(client.getLatestSchemaId('nobody-value')).rejects.toThrow("Subject 'nobody-value' not found.");
  });
});
