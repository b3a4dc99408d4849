import { type AvroSchema, readerTypeOf } from './avro-types.js';
import type { FoundSchema, RegistryClient } from './registry-client.js';

/** A registry in this process's memory: no subjects' history, no compatibility, for tests of topologies. */
export function createOfflineRegistry(): RegistryClient {
  const ids = new Map<string, number>();
  const schemas = new Map<number, AvroSchema>();
  return {
    async register(_subject, schema) {
      const text = JSON.stringify(schema);
      const id = ids.get(text) ?? ids.size + 1;
      ids.set(text, id);
      schemas.set(id, schema);
      return id;
    },
    async find(id): Promise<FoundSchema> {
      const schema = schemas.get(id);
      if (schema === undefined) return { problem: `no schema of this test has the id ${id}` };
      return { type: readerTypeOf(schema, `schema ${id}`) };
    },
  };
}
