import type { RegistryUnderTest } from '#shared/testing';

/** What a registry answered. */
interface RegistryAnswer {
  readonly status: number;
  readonly contentType: string;
  /** Parsed where it is JSON. */
  readonly body: unknown;
}

/** How a test speaks to a registry, as clients do. */
export type RegistryCaller = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<RegistryAnswer>;

const type = 'application/vnd.schemaregistry.v1+json';

/** A string goes as it is, anything else as JSON. */
export const callerOf =
  (registry: RegistryUnderTest): RegistryCaller =>
  async (method, path, body, headers = {}) => {
    const response = await fetch(registry.url + path, {
      method,
      headers: { accept: type, ...(body !== undefined && { 'content-type': type }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, contentType: response.headers.get('content-type') ?? '', body: parsed(text) };
  };

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A subject that no other test has. */
export const newSubject = (name: string): string => `${name}-${Math.random().toString(36).slice(2, 10)}`;

/** An Avro record as registered: attributes in the order in which every registry keeps them. */
export const avroRecord = (name: string, ...fields: object[]): string =>
  JSON.stringify({ type: 'record', name, fields: [{ name: 'id', type: 'string' }, ...fields] });

/** A schema that no other test has: its record has another name. */
export const newName = (): string => `R${Math.random().toString(36).slice(2, 10)}`;

/** Of an answer that refuses. */
export const refusal = (status: number, errorCode: number) => ({ status, body: { error_code: errorCode } });
