import { afterEach, beforeEach, expect } from 'vitest';
import { type Registry, startRegistry } from './index.js';

/** Asks the registry; gives the status and the body of its reply. */
type Ask = (method: string, path: string, body?: unknown) => Promise<[number, unknown]>;

/** A new registry for each test, and how to ask it. */
export function startedRegistry(): { readonly ask: Ask; readonly url: () => string } {
  let registry: Registry;
  beforeEach(async () => {
    registry = await startRegistry({ port: 0 });
  });
  afterEach(() => registry.close());
  const ask: Ask = async (method, path, body) => {
    const response = await fetch(registry.url + path, {
      method,
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return [response.status, await response.json()];
  };
  return { ask, url: () => registry.url };
}

/** A refusal as `ask` gives it. */
export const refused = (code: number, message: unknown = expect.any(String)): [number, unknown] => [
  Math.floor(code / (code > 999 ? 100 : 1)),
  { error_code: code, message },
];

/** The text of an Avro record. */
export const avroRecord = (name: string, ...fields: object[]): string =>
  JSON.stringify({ type: 'record', name, fields: [{ name: 'id', type: 'string' }, ...fields] });
