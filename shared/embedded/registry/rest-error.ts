import type { SchemaReference, SchemaType } from './schema-content.js';

/**
 * A refusal that a client receives as its HTTP reply. It is no failure of the kit, so it is no KitError; it never
 * leaves this folder. Codes and sentences are Confluent's: https://docs.confluent.io/platform/current/schema-registry/develop/api.html
 */
export class RestError extends Error {
  override readonly name = 'RestError';

  constructor(
    readonly status: number,
    readonly errorCode: number,
    message: string,
  ) {
    super(message);
  }
}

const notFound = (errorCode: number, message: string) => new RestError(404, errorCode, message);
const unprocessable = (errorCode: number, message: string) => new RestError(422, errorCode, message);

/** Every refusal that the registry gives, named after what was wrong. */
export const refusals = {
  badRequest: (message: string) => new RestError(400, 400, message),
  noSuchPath: () => notFound(404, 'HTTP 404 Not Found'),
  notAcceptable: () => new RestError(406, 406, 'HTTP 406 Not Acceptable'),
  unsupportedMediaType: () => new RestError(415, 415, 'HTTP 415 Unsupported Media Type'),
  methodNotAllowed: () => new RestError(405, 405, 'HTTP 405 Method Not Allowed'),
  bodyTooLarge: (limitBytes: number) => new RestError(413, 413, `The request body exceeds ${limitBytes} bytes`),

  subjectNotFound: (subject: string) => notFound(40401, `Subject '${subject}' not found.`),
  versionNotFound: (version: number) => notFound(40402, `Version ${version} not found.`),
  schemaNotFound: (id?: number) => notFound(40403, id === undefined ? 'Schema not found' : `Schema ${id} not found`),
  subjectSoftDeleted: (subject: string) =>
    notFound(40404, `Subject '${subject}' was soft deleted.Set permanent=true to delete permanently`),
  subjectNotSoftDeleted: (subject: string) =>
    notFound(40405, `Subject '${subject}' was not deleted first before being permanently deleted`),
  versionSoftDeleted: (subject: string, version: number) =>
    notFound(
      40406,
      `Subject '${subject}' Version ${version} was soft deleted.Set permanent=true to delete permanently`,
    ),
  versionNotSoftDeleted: (subject: string, version: number) =>
    notFound(40407, `Subject '${subject}' Version ${version} was not deleted first before being permanently deleted`),
  subjectLevelNotConfigured: (subject: string) =>
    notFound(40408, `Subject '${subject}' does not have subject-level compatibility configured`),
  subjectModeNotConfigured: (subject: string) =>
    notFound(40409, `Subject '${subject}' does not have subject-level mode configured`),

  // Confluent Platform up to 7 answers 409, version 8 writes 40901 for the same thing; clients look at the HTTP status.
  incompatible: (subject: string, details: readonly string[]) =>
    new RestError(
      409,
      409,
      `Schema being registered is incompatible with an earlier schema for subject "${subject}", details: [${details.join(', ')}]`,
    ),

  invalidSchema: (reason: string, type: SchemaType = 'AVRO') =>
    unprocessable(42201, `Invalid schema of type ${type}, details: ${reason}`),
  unknownReference: ({ subject, version }: SchemaReference, type: SchemaType) =>
    unprocessable(
      42201,
      `Invalid schema of type ${type}, details: No schema reference found for subject "${subject}" and version ${version}`,
    ),
  unsupported: (what: string) => unprocessable(42201, `This registry does not support ${what}`),
  wrongNextVersion: () => unprocessable(42201, 'Version is not one more than previous version'),
  invalidVersion: (version: string) =>
    unprocessable(
      42202,
      `The specified version '${version}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`,
    ),
  invalidLevel: () =>
    unprocessable(
      42203,
      'Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive',
    ),
  invalidMode: () =>
    unprocessable(42204, 'Invalid mode. Valid values are READWRITE, READONLY, READONLY_OVERRIDE and IMPORT.'),
  notPermitted: (message: string) => unprocessable(42205, message),
  referenced: (subject: string, version: number) =>
    unprocessable(
      42206,
      `One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=${subject},version=${version}}.`,
    ),
  invalidSubject: (subject: string) =>
    unprocessable(42208, `The specified subject '${subject}' is not valid: this registry has the default context only`),
};
