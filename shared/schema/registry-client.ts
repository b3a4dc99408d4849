import { Agent } from 'node:https';
import type { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import avsc from 'avsc';
import { KitError } from '#shared/errors';
import { type AvroSchema, avroOptions, plainRecords } from './avro-types.js';
import { readableOptions } from './readable-types.js';
import { describeFailure, isUnknown, messageOf, refusedRegistration, statusOf } from './registry-failure.js';

/** Where the registry is, and how to be let in. */
export interface SchemaRegistryOptions {
  /** As `http://127.0.0.1:8081`. */
  readonly url: string;
  readonly auth?: { readonly username: string; readonly password: string };
  /** The certificate authority of an https registry, PEM, where the system does not know it. */
  readonly ca?: string;
  /** Read values for people: logical types are text, longs beyond 2^53 bigints. Not for values that go on. */
  readonly readable?: boolean;
}

/** The type of a schema, or why records of that schema cannot be read, as the end of a sentence about a record. */
export type FoundSchema = { readonly type: avsc.Type } | { readonly problem: string };

/** What is asked of a registry here; the library behind it is seen in this file only. */
export interface RegistryClient {
  /** Finds a subject's id of a schema, and registers it where it has none. Throws KitError 'schema'. */
  register(subject: string, schema: AvroSchema): Promise<number>;
  /** Throws KitError 'schema' where the registry gives no answer about the id. */
  find(id: number): Promise<FoundSchema>;
}

const requestTimeoutMs = 10_000;
const contract = 'BACKWARD';

/**
 * Connects to a registry; nothing is sent yet. With `everyNumber`, what is found reads every number. Throws KitError
 * 'usage' for an address that is none.
 */
export function connectRegistry(options: SchemaRegistryOptions, everyNumber = false): RegistryClient {
  const { url } = options;
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new KitError(
      'usage',
      `Connecting to the Schema Registry: "${url}" is no address; it looks like http://127.0.0.1:8081`,
    );
  }
  let opening: Promise<Library> | undefined;
  const opened = (): Promise<Library> => (opening ??= openLibrary(options, everyNumber));

  const registerAt = async (subject: string, text: string, level: string): Promise<number> => {
    const { library, avro: type } = await opened();
    // The library's type is an enumeration of exactly these words.
    const compatibility = level as Parameters<typeof library.register>[1]['compatibility'] & string;
    const { id } = await library.register({ type, schema: text }, { subject, compatibility });
    return id;
  };

  return {
    async register(subject, schema) {
      const text = JSON.stringify(schema);
      const { library, avro: type } = await opened();
      try {
        // Asked first, which needs no right to write: on a shared cluster somebody else may have registered it.
        return await library.getRegistryIdBySchema(subject, { type, schema: text });
      } catch (reason) {
        // For a 404, and for nothing else that the registry answers, the library throws an error without status.
        if (statusOf(reason) !== undefined) throw refusedRegistration(url, subject, reason);
      }
      try {
        return await registerAt(subject, text, contract);
      } catch (reason) {
        const level = levelInForce(reason);
        if (level === undefined) throw refusedRegistration(url, subject, reason);
        return await registerAt(subject, text, level).catch((again: unknown) => {
          throw refusedRegistration(url, subject, again);
        });
      }
    },

    async find(id) {
      const { library } = await opened();
      try {
        const type = await library.getSchema(id);
        if (type instanceof avsc.Type) return { type: plainRecords(type) };
        return { problem: `its schema ${id} is not an Avro schema` };
      } catch (reason) {
        if (statusOf(reason) === undefined) {
          return { problem: `its schema ${id} cannot be used: ${messageOf(reason)}` };
        }
        if (isUnknown(reason)) return { problem: `the registry at ${url} has no schema ${id}` };
        throw new KitError('schema', `Looking up schema ${id}: ${describeFailure(url, reason)}`, { cause: reason });
      }
    },
  };
}

interface Library {
  readonly library: SchemaRegistry;
  /** The library's word for Avro. */
  readonly avro: SchemaType.AVRO;
}

/** Loaded when something is first asked of a registry: whoever asks nothing of one starts sooner. */
async function openLibrary(options: SchemaRegistryOptions, everyNumber: boolean): Promise<Library> {
  const { url, auth, ca, readable = false } = options;
  const { SchemaRegistry, SchemaType } = await import('@kafkajs/confluent-schema-registry');
  const library = new SchemaRegistry(
    {
      host: url.replace(/\/+$/, ''),
      ...(auth !== undefined && { auth: { ...auth } }),
      ...(ca !== undefined && { agent: new Agent({ ca, keepAlive: true }) }),
      middlewares: [
        () => ({
          prepareRequest: async (next) => (await next()).enhance({ timeout: requestTimeoutMs }),
          response: async (next) => {
            const response = await next();
            // The library would take the page of a proxy for a schema that is none.
            if (typeof response.data() === 'object') return response;
            throw Object.assign(new Error('what it sent is not JSON'), { status: response.status() });
          },
        }),
      ],
    },
    { [SchemaType.AVRO]: readable ? readableOptions() : avroOptions(everyNumber) },
  );
  return { library, avro: SchemaType.AVRO };
}

/** The library refuses where the subject has another level than ours; that level is its owner's decision. */
function levelInForce(reason: unknown): string | undefined {
  return /^Compatibility does not match the configuration \(\w+ != (\w+)\)/.exec(messageOf(reason))?.[1];
}
