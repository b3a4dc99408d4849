import { describe, expect, it } from 'vitest';
import { avroRecord, refused, startedRegistry } from './started-registry.contract.js';

const { ask } = startedRegistry();
const one = avroRecord('One');
const two = avroRecord('Two');
const register = (subject: string, schema: string, place: object = {}) =>
  ask('POST', `/subjects/${subject}/versions`, { schema, ...place });
const set = (mode: string, path = '') => ask('PUT', `/mode${path}`, { mode });

describe('the mode', () => {
  it('is READWRITE until it is set, globally or for a subject', async () => {
    expect(await ask('GET', '/mode')).toEqual([200, { mode: 'READWRITE' }]);
    expect(await ask('GET', '/mode/a')).toEqual(
      refused(40409, "Subject 'a' does not have subject-level mode configured"),
    );
    expect(await set('readonly')).toEqual([200, { mode: 'READONLY' }]);
    expect(await ask('GET', '/mode/a?defaultToGlobal=true')).toEqual([200, { mode: 'READONLY' }]);
    expect(await set('IMPORT', '/a')).toEqual([200, { mode: 'IMPORT' }]);
    expect(await ask('GET', '/mode/a')).toEqual([200, { mode: 'IMPORT' }]);
    expect(await ask('DELETE', '/mode/a')).toEqual([200, { mode: 'IMPORT' }]);
    expect(await ask('DELETE', '/mode/a')).toEqual(refused(40401));
    expect(await ask('DELETE', '/mode')).toEqual([200, { mode: 'READONLY' }]);
    expect(await ask('GET', '/mode')).toEqual([200, { mode: 'READWRITE' }]);
    expect(await set('SOME')).toEqual(refused(42204, expect.stringContaining('READONLY_OVERRIDE')));
  });

  it('READONLY lets nothing change, and finds what is there', async () => {
    await register('a', one);
    await register('b', one);
    await set('READONLY', '/a');
    const readOnly = refused(42205, 'Subject a in context . is in read-only mode');
    expect(await register('a', two)).toEqual(readOnly);
    expect(await ask('DELETE', '/subjects/a')).toEqual(readOnly);
    expect(await ask('DELETE', '/subjects/a/versions/1')).toEqual(readOnly);
    expect(await ask('PUT', '/config/a', { compatibility: 'NONE' })).toEqual(readOnly);
    expect(await register('a', one)).toEqual([200, { id: 1 }]);
    expect(await ask('DELETE', '/subjects/b')).toEqual([200, [1]]);
  });

  it('READONLY_OVERRIDE of all holds for subjects with a mode of their own', async () => {
    await set('READWRITE', '/a');
    await set('READONLY');
    expect(await register('a', one)).toEqual([200, { id: 1 }]);
    await set('READONLY_OVERRIDE');
    expect(await register('a', two)).toEqual(refused(42205, expect.stringContaining('read-only')));
  });

  it('IMPORT takes schemas at the places that they had, whatever the level', async () => {
    await set('IMPORT', '/a');
    expect(await register('a', two, { id: 40, version: 7 })).toEqual([200, { id: 40 }]);
    expect(await register('a', one, { id: 20, version: 3 })).toEqual([200, { id: 20 }]);
    expect(await register('a', one, { id: 20, version: 3 })).toEqual([200, { id: 20 }]);
    expect(await ask('GET', '/subjects/a/versions')).toEqual([200, [3, 7]]);
    expect(await register('a', avroRecord('Three'), { id: 40 })).toEqual(
      refused(42205, 'Overwrite new schema with id 40 in context . is not permitted.'),
    );
    expect(await register('a', avroRecord('Three'))).toEqual(
      refused(42205, 'Subject a in context . is not in read-write mode'),
    );
    expect(await register('b', avroRecord('Three'), { id: 50 })).toEqual(
      refused(42205, 'Subject b in context . is not in import mode'),
    );
    expect(await register('b', avroRecord('Three'))).toEqual([200, { id: 41 }]);
  });

  it('IMPORT begins with nothing, unless it is forced', async () => {
    await register('a', one);
    expect(await set('IMPORT')).toEqual(refused(42205, 'Cannot import since found existing subjects'));
    expect(await set('IMPORT', '?force=true')).toEqual([200, { mode: 'IMPORT' }]);
    await set('READWRITE');
    await ask('DELETE', '/subjects/a');
    expect(await set('IMPORT')).toEqual([200, { mode: 'IMPORT' }]);
    expect(await ask('GET', '/subjects?deleted=true')).toEqual([200, []]);
  });
});

describe('a version that a request names', () => {
  it('is the next one', async () => {
    expect(await register('a', one, { version: 2 })).toEqual(
      refused(42201, 'Version is not one more than previous version'),
    );
    expect(await register('a', one, { version: 1 })).toEqual([200, { id: 1 }]);
  });
});
