import { createRequire } from 'node:module';
import { KitError } from '#shared/errors';
import type { SaslCredentials } from './cluster-config.js';

/** What is used here of kafkajs 2.2.4's src/broker/saslAuthenticator. */
interface Authenticator {
  authenticate(): Promise<void>;
}

interface AuthenticatorClass {
  new (
    connection: AuthenticatedConnection,
    logger: unknown,
    versions: Readonly<Record<number, { minVersion: number; maxVersion: number }>>,
    wrapsInRequests: boolean,
  ): Authenticator;
}

interface AuthenticatedConnection {
  readonly host: string;
  readonly port: number;
  readonly sasl: SaslCredentials;
  send(exchange: Exchange): Promise<unknown>;
}

interface Exchange {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    encode(): Promise<{ readonly buffer: Buffer }>;
  };
  readonly response: { decode(payload: Buffer): Promise<unknown>; parse(decoded: unknown): Promise<unknown> };
}

const silent = { debug() {}, info() {}, warn() {}, error() {}, namespace: (): unknown => silent };

/**
 * Authenticates a connection with kafkajs's PLAIN and SCRAM. `exchange` sends a request of this key and version with this
 * body, and gives the body of its answer.
 * @throws what kafkajs throws where the broker refuses, KitError 'internal' when kafkajs is not built as it was.
 */
export async function authenticate(
  { host, port }: { readonly host: string; readonly port: number },
  sasl: SaslCredentials,
  versions: ReadonlyMap<number, readonly [number, number]>,
  exchange: (apiKey: number, apiVersion: number, body: Buffer) => Promise<Buffer>,
): Promise<void> {
  const SaslAuthenticator = createRequire(import.meta.url)(
    'kafkajs/src/broker/saslAuthenticator',
  ) as AuthenticatorClass;
  if (typeof SaslAuthenticator !== 'function' || typeof SaslAuthenticator.prototype.authenticate !== 'function') {
    throw new KitError('internal', 'kafkajs is another version than the 2.2.4 whose SASL is used.');
  }
  const connection: AuthenticatedConnection = {
    host,
    port,
    // kafkajs keeps what it makes of them in the object that it is given.
    sasl: { ...sasl },
    async send({ request, response }) {
      const { buffer } = await request.encode();
      return response.parse(await response.decode(await exchange(request.apiKey, request.apiVersion, buffer)));
    },
  };
  const asKafkajs = Object.fromEntries(
    Array.from(versions, ([key, [minVersion, maxVersion]]) => [key, { minVersion, maxVersion }]),
  );
  await new SaslAuthenticator(connection, silent, asKafkajs, true).authenticate();
}
