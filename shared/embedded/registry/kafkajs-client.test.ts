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
