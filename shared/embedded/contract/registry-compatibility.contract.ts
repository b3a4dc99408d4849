import { beforeEach, describe, expect, it } from 'vitest';
import type { RegistryUnderTest } from '#shared/testing';
import { avroRecord, callerOf, newName, newSubject, type RegistryCaller, refusal } from './ask-registry.contract.js';

const levels = [
  'NONE',
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
] as const;
type Level = (typeof levels)[number];

const field = (type: unknown, more: object = {}) => ({ name: 'n', type, ...more });

/** What each level lets through. */
export function specifyCompatibility(registry: RegistryUnderTest): void {
  const call: RegistryCaller = (...request) => callerOf(registry)(...request);
  let subject: string;
  beforeEach(() => {
    subject = newSubject('subject');
  });

  describe('the compatibility level of a subject', () => {
    it('is set, read and taken away', async () => {
      await call('POST', `/subjects/${subject}/versions`, { schema: avroRecord(newName()) });
      expect(await call('GET', '/config')).toMatchObject({
        status: 200,
        body: { compatibilityLevel: expect.any(String) },
      });
      expect(await call('PUT', `/config/${subject}`, { compatibility: 'FULL' })).toMatchObject({
        status: 200,
        body: { compatibility: 'FULL' },
      });
      expect((await call('GET', `/config/${subject}`)).body).toMatchObject({ compatibilityLevel: 'FULL' });
      expect((await call('DELETE', `/config/${subject}`)).body).toMatchObject({ compatibilityLevel: 'FULL' });
    });

    const backward: Level[] = ['BACKWARD', 'BACKWARD_TRANSITIVE'];
    const forward: Level[] = ['FORWARD', 'FORWARD_TRANSITIVE'];
    const full: Level[] = ['FULL', 'FULL_TRANSITIVE'];
    // What was registered, what comes next, and the levels that refuse it. By registering: asked about a subject without a
    // version, Apicurio judges by all its versions, whatever the level.
    it.each<[string, object[][], object[], Level[]]>([
      ['a field with a default', [[]], [field('int', { default: 0 })], []],
      ['a field without a default', [[]], [field('int')], [...backward, ...full]],
      ['a field that goes', [[field('int')]], [], [...forward, ...full]],
      ['a wider number', [[field('int')]], [field('long')], [...forward, ...full]],
      ['a narrower number', [[field('long')]], [field('int')], [...backward, ...full]],
      ['another type', [[field('int')]], [field('boolean')], [...backward, ...forward, ...full]],
      ['a type of a union', [[field('int')]], [field(['int', 'null'])], [...forward, ...full]],
      [
        'a default that goes, which the first version needed',
        [[], [field('int', { default: 0 })]],
        [field('int')],
        ['BACKWARD_TRANSITIVE', 'FULL_TRANSITIVE'],
      ],
      [
        'a field that comes back with another type',
        [[field('string')], []],
        [field('int', { default: 0 })],
        ['BACKWARD_TRANSITIVE', 'FORWARD_TRANSITIVE', 'FULL_TRANSITIVE'],
      ],
    ])('decides on %s', async (_, earlier, next, refusing) => {
      const name = newName();
      const refused: Level[] = [];
      for (const level of levels) {
        const own = newSubject('level');
        for (const fields of earlier) {
          await call('POST', `/subjects/${own}/versions`, { schema: avroRecord(name, ...fields) });
          await call('PUT', `/config/${own}`, { compatibility: 'NONE' });
        }
        await call('PUT', `/config/${own}`, { compatibility: level });
        const schema = avroRecord(name, ...next);
        const registered = await call('POST', `/subjects/${own}/versions`, { schema });
        if (registered.status === 409) refused.push(level);
        else expect(registered.status).toBe(200);
      }
      expect(refused.sort()).toEqual([...refusing].sort());
    });

    it('is asked about one version', async () => {
      const name = newName();
      await call('POST', `/subjects/${subject}/versions`, { schema: avroRecord(name) });
      await call('PUT', `/config/${subject}`, { compatibility: 'BACKWARD' });
      const check = (version: string, ...fields: object[]) =>
        call('POST', `/compatibility/subjects/${subject}/versions/${version}`, { schema: avroRecord(name, ...fields) });
      expect((await check('1', field('int'))).body).toMatchObject({ is_compatible: false });
      expect((await check('latest', field('int', { default: 0 }))).body).toMatchObject({ is_compatible: true });
      expect(await check('7')).toMatchObject(refusal(404, 40402));
    });
  });
}
