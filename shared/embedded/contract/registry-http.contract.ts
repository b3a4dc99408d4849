import { describe, expect, it } from 'vitest';
import type { RegistryUnderTest } from '#shared/testing';
import { avroRecord, callerOf, newName, newSubject, type RegistryCaller } from './ask-registry.contract.js';

/** How requests and answers look. */
export function specifyHttp(registry: RegistryUnderTest): void {
  const call: RegistryCaller = (...request) => callerOf(registry)(...request);

  describe('HTTP', () => {
    it('is answered in the type that is asked for', async () => {
      for (const accept of ['application/vnd.schemaregistry.v1+json', 'application/json']) {
        expect(await call('GET', '/subjects', undefined, { accept })).toMatchObject({
          status: 200,
          contentType: accept,
        });
      }
      expect(await call('GET', '/subjects', undefined, { accept: 'application/xml' })).toMatchObject({ status: 406 });
    });

    // Without application/octet-stream, which Confluent takes for JSON and Apicurio does not.
    it('takes JSON under its names, and nothing else', async () => {
      const post = (type: string) =>
        call(
          'POST',
          `/subjects/${newSubject('typed')}/versions`,
          { schema: avroRecord(newName()) },
          { 'content-type': type },
        );
      for (const type of [
        'application/vnd.schemaregistry.v1+json',
        'application/vnd.schemaregistry+json',
        'application/json',
      ]) {
        expect(await post(type), type).toMatchObject({ status: 200 });
      }
      expect(await post('text/plain')).toMatchObject({ status: 415 });
    });

    it('refuses what makes no sense', async () => {
      expect(await call('GET', '/nowhere')).toMatchObject({ status: 404 });
      expect(await call('DELETE', '/schemas/types')).toMatchObject({ status: 405 });
      expect(await call('POST', `/subjects/${newSubject('s')}/versions`, '{"schema":')).toMatchObject({ status: 400 });
    });
  });
}
