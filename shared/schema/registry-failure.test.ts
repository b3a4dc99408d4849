import { describe, expect, it } from 'vitest';
import { describeFailure, isUnknown, refusedRegistration } from './registry-failure.js';

/** As the library throws it; `registry.test.ts` and `schemas.test.ts` see the real ones. */
const failure = (status: number, message: string) =>
  Object.assign(new Error(`Confluent_Schema_Registry - ${message}`), { status });

describe('a failed request', () => {
  it.each([
    [
      failure(400, 'Error, status 400: self-signed certificate'),
      /certificate .* is not trusted .*; set SCHEMA_REGISTRY_CA/,
    ],
    [failure(400, 'Error, status 400'), /does not answer \(no connection\); start it/],
    [failure(401, 'Unauthorized'), /refuses \(401: Unauthorized\); give SCHEMA_REGISTRY_USERNAME/],
    [failure(503, 'Error, status 503: busy'), /http:\/\/r answered 503 \(busy\)/],
    [new Error('odd'), /^odd$/],
  ])('says what was found and what would be right: %s', (reason, sentence) => {
    expect(describeFailure('http://r', reason)).toMatch(sentence);
  });

  it('means an unknown id only where a registry says so', () => {
    expect(isUnknown(failure(404, 'Schema 9 not found'))).toBe(true);
    expect(isUnknown(failure(404, 'HTTP 404 Not Found'))).toBe(false);
    expect(isUnknown(failure(404, 'Error, status 404: <html>'))).toBe(false);
    expect(isUnknown(failure(400, 'Schema 9 not found'))).toBe(false);
    expect(isUnknown(new Error('Schema 9 not found'))).toBe(false);
  });

  it('is a KitError that keeps its cause and leads to the schema where that is wrong', () => {
    const cause = failure(422, 'Invalid schema of type AVRO, details: no name');
    const error = refusedRegistration('http://r', 'a-value', cause);
    expect(error.code).toBe('schema');
    expect(error.cause).toBe(cause);
    expect(error.message).toBe(
      'Registering the schema of a-value: the registry refuses it (Invalid schema of type AVRO, details: no name); correct the .avsc',
    );
  });
});
