import { beforeEach, describe, expect, it } from 'vitest';
import type { RegistryUnderTest } from '#shared/testing';
import { avroRecord, callerOf, newName, newSubject, type RegistryCaller, refusal } from './ask-registry.contract.js';

const idIn = (body: unknown): number => Number((body as { id: unknown }).id);
/**
 * What clients can rely on when they register and read schemas. Where Apicurio differs from Confluent, a comment says so,
 * and the registry's own tests have the case. It also writes an empty list where there are no references, says most things
 * in other words, keeps spellings of one schema apart, and knows neither modes nor /schemas.
 */
export function specifySchemas(registry: RegistryUnderTest): void {
  const call: RegistryCaller = (...request) => callerOf(registry)(...request);
  const register = async (subject: string, schema: string, more: object = {}): Promise<number> => {
    const answer = await call('POST', `/subjects/${subject}/versions`, { schema, ...more });
    expect(answer).toMatchObject({ status: 200, body: { id: expect.any(Number) } });
    return idIn(answer.body);
  };
  let name: string;
  let subject: string;
  beforeEach(() => {
    name = newName();
    subject = newSubject('subject');
  });

  describe('a schema', () => {
    it('has one id, under whatever subject, and a version in each', async () => {
      const other = newSubject('other');
      const one = avroRecord(name);
      const two = avroRecord(name, { name: 'n', type: 'int', default: 0 });
      const first = await register(subject, one);
      const second = await register(subject, two);
      expect(second).toBeGreaterThan(first);
      expect(await register(subject, one)).toBe(first);
      expect(await register(other, one)).toBe(first);
      expect(await call('GET', `/subjects/${subject}/versions`)).toMatchObject({ status: 200, body: [1, 2] });
      expect((await call('GET', '/subjects')).body).toEqual(expect.arrayContaining([subject, other]));
      expect((await call('GET', `/schemas/ids/${first}/versions`)).body).toEqual(
        expect.arrayContaining([
          { subject, version: 1 },
          { subject: other, version: 1 },
        ]),
      );
    });

    it('is read by version, by latest and by id', async () => {
      const one = avroRecord(name);
      const two = avroRecord(name, { name: 'n', type: 'int', default: 0 });
      const first = await register(subject, one);
      const second = await register(subject, two);
      const latest = { subject, version: 2, id: second, schema: two };
      expect((await call('GET', `/subjects/${subject}/versions/1`)).body).toMatchObject({
        subject,
        version: 1,
        id: first,
        schema: one,
      });
      expect((await call('GET', `/subjects/${subject}/versions/latest`)).body).toMatchObject(latest);
      expect((await call('GET', `/subjects/${subject}/versions/-1`)).body).toMatchObject(latest);
      expect((await call('GET', `/subjects/${subject}/versions/2/schema`)).body).toEqual(JSON.parse(two));
      const byId = (await call('GET', `/schemas/ids/${first}`)).body;
      expect(byId).toMatchObject({ schema: one });
      expect(byId).not.toHaveProperty('schemaType');
    });

    it('is found by what it says', async () => {
      const one = avroRecord(name);
      const id = await register(subject, one);
      expect((await call('POST', `/subjects/${subject}`, { schema: one })).body).toMatchObject({
        subject,
        version: 1,
        id,
        schema: one,
      });
      expect(await call('POST', `/subjects/${subject}`, { schema: avroRecord(newName()) })).toMatchObject(
        refusal(404, 40403),
      );
    });

    it('is refused where it is none', async () => {
      expect(await call('POST', `/subjects/${subject}/versions`, { schema: '{"type":"recrd"}' })).toMatchObject(
        refusal(422, 42201),
      );
      expect(await call('GET', `/subjects/${subject}/versions`)).toMatchObject(refusal(404, 40401));
    });

    it('that is not there is told from a subject that is not there', async () => {
      await register(subject, avroRecord(name));
      expect(await call('GET', `/subjects/${subject}/versions/2`)).toMatchObject(refusal(404, 40402));
      expect(await call('GET', '/subjects/nobody/versions/1')).toMatchObject(refusal(404, 40401));
      expect(await call('GET', '/subjects/nobody/versions/latest')).toMatchObject(refusal(404, 40401));
      expect(await call('GET', '/schemas/ids/99999')).toMatchObject(refusal(404, 40403));
      expect(await call('POST', '/subjects/nobody', { schema: avroRecord(name) })).toMatchObject(refusal(404, 40401));
    });
  });

  describe('a schema of another type', () => {
    // With $schema: Apicurio tells a JSON Schema by it.
    it.each([
      [
        'JSON',
        () =>
          `{"$schema":"http://json-schema.org/draft-07/schema#","title":"${name}","type":"object","maximum":9223372036854775807}`,
      ],
      ['PROTOBUF', () => `syntax = "proto3";\n\n// A flight.\nmessage ${name} {\n  string id = 1;\n}\n`],
    ])('is kept and returned: %s', async (schemaType, schemaOf) => {
      const schema = schemaOf();
      const id = await register(subject, schema, { schemaType });
      expect((await call('GET', `/subjects/${subject}/versions/1`)).body).toMatchObject({ id, schema, schemaType });
      expect((await call('GET', `/schemas/ids/${id}`)).body).toMatchObject({ schema, schemaType });
      expect((await call('POST', `/subjects/${subject}`, { schema, schemaType })).body).toMatchObject({
        id,
        version: 1,
      });
      expect(await register(subject, schema, { schemaType })).toBe(id);
    });

    it('is one of three', async () => {
      const { body } = await call('GET', '/schemas/types');
      expect([...(body as string[])].sort()).toEqual(['AVRO', 'JSON', 'PROTOBUF']);
    });

    // Of an unknown type: Apicurio knows more than three.
    it('is refused where it is none', async () => {
      for (const [schemaType, schema] of [
        ['JSON', 'not JSON'],
        ['PROTOBUF', 'message {'],
      ]) {
        expect(await call('POST', `/subjects/${subject}/versions`, { schema, schemaType })).toMatchObject(
          refusal(422, 42201),
        );
      }
    });
  });

  describe('a reference', () => {
    it('names a type of another subject, and keeps it from being deleted', async () => {
      const referrer = newSubject('referrer');
      const referred = await register(subject, avroRecord(name));
      const schema = avroRecord(newName(), { name: 'other', type: name });
      const references = [{ name, subject, version: 1 }];
      const id = await register(referrer, schema, { references });
      expect((await call('GET', `/subjects/${referrer}/versions/1`)).body).toMatchObject({ schema, references });
      expect((await call('GET', `/schemas/ids/${id}`)).body).toMatchObject({ schema, references });
      expect((await call('GET', `/subjects/${subject}/versions/1/referencedby`)).body).toEqual([id]);
      expect((await call('GET', `/subjects/${referrer}/versions/1/referencedby`)).body).toEqual([]);
      expect((await call('POST', `/subjects/${referrer}`, { schema, references })).body).toMatchObject({
        id,
        version: 1,
      });
      expect(await call('DELETE', `/subjects/${subject}/versions/1`)).toMatchObject(refusal(422, 42206));
      expect(await call('DELETE', `/subjects/${subject}`)).toMatchObject(refusal(422, 42206));
      expect((await call('GET', `/schemas/ids/${referred}`)).status).toBe(200);
    });

    it('is refused where nothing is registered', async () => {
      const schema = avroRecord(newName(), { name: 'other', type: name });
      for (const more of [{}, { references: [{ name, subject, version: 1 }] }]) {
        expect(await call('POST', `/subjects/${newSubject('r')}/versions`, { schema, ...more })).toMatchObject(
          refusal(422, 42201),
        );
      }
    });
  });

  // Without the refusals 40405 to 40407, for which Apicurio answers 409 and Confluent 404.
  describe('deleting', () => {
    it('hides a version until it is deleted for good', async () => {
      await register(subject, avroRecord(name));
      await register(subject, avroRecord(name, { name: 'n', type: 'int', default: 0 }));
      expect(await call('DELETE', `/subjects/${subject}/versions/1`)).toMatchObject({ status: 200, body: 1 });
      expect((await call('GET', `/subjects/${subject}/versions`)).body).toEqual([2]);
      expect((await call('GET', `/subjects/${subject}/versions?deleted=true`)).body).toEqual([1, 2]);
      expect(await call('GET', `/subjects/${subject}/versions/1`)).toMatchObject(refusal(404, 40402));
      expect((await call('GET', `/subjects/${subject}/versions/1?deleted=true`)).body).toMatchObject({ version: 1 });
      expect(await call('DELETE', `/subjects/${subject}/versions/1?permanent=true`)).toMatchObject({ body: 1 });
      expect((await call('GET', `/subjects/${subject}/versions?deleted=true`)).body).toEqual([2]);
    });

    it('hides a subject until it is deleted for good', async () => {
      await register(subject, avroRecord(name));
      await register(subject, avroRecord(name, { name: 'n', type: 'int', default: 0 }));
      expect(await call('DELETE', `/subjects/${subject}`)).toMatchObject({ status: 200, body: [1, 2] });
      expect(await call('DELETE', `/subjects/${subject}`)).toMatchObject(refusal(404, 40404));
      expect((await call('GET', '/subjects')).body).not.toContain(subject);
      expect((await call('GET', '/subjects?deleted=true')).body).toContain(subject);
      expect(await call('DELETE', `/subjects/${subject}?permanent=true`)).toMatchObject({ body: [1, 2] });
      expect((await call('GET', '/subjects?deleted=true')).body).not.toContain(subject);
      expect(await call('DELETE', `/subjects/${subject}`)).toMatchObject(refusal(404, 40401));
    });
  });
}
