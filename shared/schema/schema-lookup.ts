import type { FoundSchema, RegistryClient } from './registry-client.js';

/** Finds the schemas that records were written with. */
export interface SchemaLookup {
  /** Rejects with KitError 'schema' where the registry gives no answer about the id. */
  find(id: number): Promise<FoundSchema>;
}

/**
 * How long an id that the registry does not know is not asked for again. Short: a registry that lags behind its cluster
 * condemns every record that is read meanwhile, and each of them is lost for good.
 */
const unknownIdMemoryMs = 1_000;
// Any four bytes may stand where an id is expected: what is remembered about ids that mean nothing is bounded.
const maxRemembered = 10_000;

/** Makes a lookup that remembers for a second what the registry does not have; `now` in milliseconds. */
export function createSchemaLookup(client: RegistryClient, now: () => number): SchemaLookup {
  const unusable = new Map<number, { problem: string; until: number }>();
  return {
    async find(id) {
      const remembered = unusable.get(id);
      if (remembered !== undefined && now() < remembered.until) return { problem: remembered.problem };
      unusable.delete(id);
      const found =
        id > 0 ? await client.find(id) : { problem: `its schema id is ${id}, and no registry gives such an id` };
      if ('problem' in found) {
        remember(unusable, id, { problem: found.problem, until: now() + unknownIdMemoryMs });
      }
      return found;
    },
  };
}

/** Sets an entry of a map that forgets its oldest ones. */
export function remember<T>(entries: Map<number, T>, id: number, entry: T): void {
  entries.set(id, entry);
  if (entries.size <= maxRemembered) return;
  const [oldest] = entries.keys();
  if (oldest !== undefined) entries.delete(oldest);
}
