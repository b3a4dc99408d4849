import { describe, expect, it } from 'vitest';
import { avroRecord, refused, startedRegistry } from './started-registry.contract.js';

const { ask } = startedRegistry();
const gate = avroRecord('airport.Gate');
const use = (name: string, type: string) => avroRecord(name, { name: 'gate', type });
const register = (subject: string, schema: string, references: object[] = [], more = {}) =>
  ask('POST', `/subjects/${subject}/versions`, { schema, references, ...more });
const to = (name: string, subject: string, version: number) => ({ name, subject, version });

describe('references between Avro schemas', () => {
  it('make the same text another schema where they lead elsewhere', async () => {
    await register('gates', gate);
    await register('gates', avroRecord('airport.Gate', { name: 'n', type: 'int', default: 0 }));
    const flight = use('Flight', 'airport.Gate');
    expect(await register('flights', flight, [to('airport.Gate', 'gates', 1)])).toEqual([200, { id: 3 }]);
    expect(await register('flights', flight, [to('airport.Gate', 'gates', 2)])).toEqual([200, { id: 4 }]);
    expect(await register('flights', flight, [to('airport.Gate', 'gates', 1)])).toEqual([200, { id: 3 }]);
    // -1 is the latest, and kept as the number that it was.
    expect(await register('flights', flight, [to('airport.Gate', 'gates', -1)])).toEqual([200, { id: 4 }]);
    expect(await ask('GET', '/subjects/gates/versions/latest/referencedby')).toEqual([200, [4]]);
  });

  it('lead on: what they refer to is known, too', async () => {
    await register('gates', gate);
    await register('flights', use('Flight', 'airport.Gate'), [to('airport.Gate', 'gates', 1)]);
    const trip = avroRecord('Trip', { name: 'flight', type: 'Flight' }, { name: 'gate', type: 'airport.Gate' });
    expect(await register('trips', trip, [to('Flight', 'flights', 1)])).toEqual([200, { id: 3 }]);
    expect(await ask('GET', '/schemas/ids/3?format=resolved')).toEqual([
      200,
      expect.objectContaining({ schema: expect.stringContaining('"name":"Gate","namespace":"airport"') }),
    ]);
    expect(await register('others', gate, [to('Flight', 'flights', 1)])).toEqual(
      refused(42201, expect.stringContaining('"airport.Gate" is defined twice')),
    );
  });

  it('are followed when compatibility is judged', async () => {
    await register('gates', gate);
    await ask('PUT', '/config/gates', { compatibility: 'NONE' });
    await register('gates', avroRecord('airport.Gate', { name: 'n', type: 'int' }));
    const flight = use('Flight', 'airport.Gate');
    await register('flights', flight, [to('airport.Gate', 'gates', 1)]);
    expect(await register('flights', flight, [to('airport.Gate', 'gates', 2)])).toEqual(
      refused(409, expect.stringContaining("The field 'n' at path '/fields/1/type/fields/1'")),
    );
  });

  it('that lead nowhere, or define one name in two ways, are refused', async () => {
    await register('gates', gate);
    await register('other-gates', avroRecord('airport.Gate', { name: 'n', type: 'int' }));
    expect(await register('flights', use('Flight', 'airport.Gate'), [to('airport.Gate', 'gates', 2)])).toEqual(
      refused(
        42201,
        'Invalid schema of type AVRO, details: No schema reference found for subject "gates" and version 2',
      ),
    );
    expect(
      await register('flights', use('Flight', 'airport.Gate'), [
        to('airport.Gate', 'gates', 1),
        to('airport.Gate', 'other-gates', 1),
      ]),
    ).toEqual(refused(42201, expect.stringContaining('the references define the type "airport.Gate" in two ways')));
    expect(await register('flights', gate, [{ name: 'x' }])).toEqual(
      refused(42201, expect.stringContaining('references')),
    );
  });

  it('are the same in any order where that is asked for', async () => {
    await register('gates', gate);
    await register('belts', avroRecord('airport.Belt'));
    const [a, b] = [to('airport.Gate', 'gates', 1), to('airport.Belt', 'belts', 1)];
    const flight = use('Flight', 'airport.Gate');
    const normalized = (references: object[]) =>
      ask('POST', '/subjects/flights/versions?normalize=true', { schema: flight, references });
    expect(await normalized([a, b])).toEqual([200, { id: 3 }]);
    expect(await normalized([b, a, b])).toEqual([200, { id: 3 }]);
    expect(await register('flights', flight, [b, a])).toEqual([200, { id: 3 }]);
    expect(await register('flights', flight, [a, b])).toEqual([200, { id: 4 }]);
  });

  it('hold a version that only hidden schemas refer to, until those are gone for good', async () => {
    await register('gates', gate);
    await register('flights', use('Flight', 'airport.Gate'), [to('airport.Gate', 'gates', 1)]);
    const referenced = refused(
      42206,
      'One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=gates,version=1}.',
    );
    expect(await ask('DELETE', '/subjects/gates/versions/1')).toEqual(referenced);
    await ask('DELETE', '/subjects/flights');
    expect(await ask('GET', '/subjects/gates/versions/1/referencedby')).toEqual([200, []]);
    expect(await ask('GET', '/subjects/gates/versions/1/referencedby?deleted=true')).toEqual([200, [2]]);
    expect(await ask('DELETE', '/subjects/gates')).toEqual([200, [1]]);
    expect(await ask('DELETE', '/subjects/gates?permanent=true')).toEqual(referenced);
    await ask('DELETE', '/subjects/flights?permanent=true');
    expect(await ask('DELETE', '/subjects/gates?permanent=true')).toEqual([200, [1]]);
  });
});
