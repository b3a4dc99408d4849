import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRegistry } from './index.js';

type Call = (method: string, path: string, body?: object) => Promise<unknown>;

let dataDir: string;
let file: string;
let warnings: string[];
beforeEach(() => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'registry-')), 'data');
  file = join(dataDir, 'registry.jsonl');
  warnings = [];
});
afterEach(() => rmSync(join(dataDir, '..'), { recursive: true, force: true }));

const start = (port = 0) => startRegistry({ port, dataDir, onWarning: (sentence) => warnings.push(sentence) });

/** Runs a registry against the folder once, from start to close. */
async function withRegistry<T>(use: (call: Call) => Promise<T>): Promise<T> {
  const registry = await start();
  try {
    return await use(async (method, path, body) => {
      const response = await fetch(registry.url + path, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      return response.json();
    });
  } finally {
    await registry.close();
  }
}

const schema = (name: string, ...fields: object[]) =>
  JSON.stringify({ type: 'record', name, fields: [{ name: 'id', type: 'string' }, ...fields] });
const flight = schema('Flight');
const delayed = schema('Flight', { name: 'delay', type: 'int', default: 0 });
const weather = schema('Weather');
const register = (call: Call, subject: string, text: string) =>
  call('POST', `/subjects/${subject}/versions`, { schema: text });

/** Everything that a client can see. */
const seen = async (call: Call, ...subjects: string[]) => ({
  versions: await call('GET', '/schemas?deleted=true'),
  live: await call('GET', '/schemas'),
  levels: await Promise.all(['/config', ...subjects.map((s) => `/config/${s}`)].map((path) => call('GET', path))),
});

describe('a registry with a data directory, when it starts again', () => {
  it('has its ids, versions, levels and soft deletes, and goes on counting', async () => {
    const before = await withRegistry(async (call) => {
      await register(call, 'flights', flight);
      await register(call, 'flights', delayed);
      await register(call, 'other', flight);
      await register(call, 'weather', weather);
      await call('PUT', '/config', { compatibility: 'FULL' });
      await call('PUT', '/config/flights', { compatibility: 'NONE' });
      await call('PUT', '/config/other', { compatibility: 'FORWARD' });
      await call('DELETE', '/config/other');
      await call('DELETE', '/subjects/flights/versions/1');
      await call('PUT', '/config/weather', { compatibility: 'NONE' });
      await call('DELETE', '/subjects/weather');
      return seen(call, 'flights', 'other', 'weather');
    });
    expect(before.live).toMatchObject([
      { subject: 'flights', version: 2, id: 2, schema: delayed },
      { subject: 'other', version: 1, id: 1, schema: flight },
    ]);
    await withRegistry(async (call) => {
      expect(await seen(call, 'flights', 'other', 'weather')).toEqual(before);
      expect(await call('GET', '/schemas/ids/3')).toEqual({ schema: weather });
      expect(await register(call, 'other', delayed)).toEqual({ id: 2 });
      expect(await register(call, 'flights', schema('New'))).toEqual({ id: 4 });
      expect(await call('GET', '/subjects/flights/versions')).toEqual([2, 3]);
      expect(await register(call, 'weather', weather)).toEqual({ id: 3 });
      expect(await call('GET', '/subjects/weather/versions')).toEqual([2]);
    });
    expect(warnings).toEqual([]);
  });

  it('has its schemas of other types, references, imported ids and modes', async () => {
    const references = [{ name: 'Flight', subject: 'flights', version: 1 }];
    const trip = schema('Trip', { name: 'flight', type: 'Flight' });
    const all = async (call: Call) => ({
      ...(await seen(call, 'trips')),
      modes: await Promise.all(['/mode', '/mode/gates', '/mode/old'].map((path) => call('GET', path))),
    });
    const before = await withRegistry(async (call) => {
      await register(call, 'flights', flight);
      await call('POST', '/subjects/trips/versions', { schema: trip, references });
      await call('POST', '/subjects/gates/versions', { schema: '{"type":"object"}', schemaType: 'JSON' });
      await call('POST', '/subjects/belts/versions', { schema: 'message Belt {}', schemaType: 'PROTOBUF' });
      await call('PUT', '/mode/old', { mode: 'IMPORT' });
      await call('POST', '/subjects/old/versions', { schema: weather, id: 90, version: 5 });
      await call('DELETE', '/mode/old');
      await call('PUT', '/mode/gates', { mode: 'READONLY' });
      return all(call);
    });
    expect(before.versions).toMatchObject([
      { subject: 'belts', schemaType: 'PROTOBUF' },
      { subject: 'flights' },
      { subject: 'gates', schemaType: 'JSON' },
      { subject: 'old', id: 90, version: 5 },
      { subject: 'trips', references },
    ]);
    await withRegistry(async (call) => {
      expect(await all(call)).toEqual(before);
      expect(await call('DELETE', '/subjects/flights/versions/1')).toMatchObject({ error_code: 42206 });
      expect(await call('POST', '/subjects/trips', { schema: trip, references })).toMatchObject({ id: 2 });
      expect(await call('DELETE', '/subjects/gates')).toMatchObject({ error_code: 42205 });
      expect(await register(call, 'new', schema('New'))).toEqual({ id: 91 });
      await call('PUT', '/mode', { mode: 'READONLY' });
    });
    await withRegistry(async (call) => {
      expect(await call('GET', '/mode')).toEqual({ mode: 'READONLY' });
    });
  });

  it('gives the id of a schema that was removed for good to no other', async () => {
    await withRegistry(async (call) => {
      await register(call, 'flights', flight);
      await register(call, 'weather', weather);
      await call('DELETE', '/subjects/weather');
      await call('DELETE', '/subjects/weather?permanent=true');
      await register(call, 'flights', delayed);
      await call('DELETE', '/subjects/flights/versions/2');
      await call('DELETE', '/subjects/flights/versions/2?permanent=true');
    });
    await withRegistry(async (call) => {
      expect(await call('GET', '/schemas?deleted=true')).toMatchObject([{ subject: 'flights', version: 1, id: 1 }]);
      expect(await call('GET', '/schemas/ids/2')).toMatchObject({ error_code: 40403 });
      expect(await register(call, 'weather', weather)).toEqual({ id: 4 });
    });
  });

  it('has written down what it has answered, and nothing that changed nothing', async () => {
    await withRegistry(async (call) => {
      await register(call, 'flights', flight);
      await register(call, 'flights', flight);
      await register(call, 'flights', schema('Flight', { name: 'breaks', type: 'int' }));
      await call('DELETE', '/subjects/nobody');
      expect(
        readFileSync(file, 'utf8')
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown),
      ).toEqual([{ is: 'registered', subject: 'flights', version: 1, id: 1, schema: flight }]);
    });
  });

  it('cuts off a last line that was not written whole, once, and says so', async () => {
    await withRegistry((call) => register(call, 'flights', flight));
    const whole = readFileSync(file, 'utf8');
    appendFileSync(file, Buffer.from('{"is":"registered","subject":"é').subarray(0, -1));
    await withRegistry(async (call) => {
      expect(readFileSync(file, 'utf8')).toBe(whole);
      expect(await register(call, 'weather', weather)).toEqual({ id: 2 });
    });
    await withRegistry(async (call) => {
      expect(await call('GET', '/schemas')).toMatchObject([{ id: 1 }, { id: 2 }]);
    });
    expect(warnings).toEqual([`${file}: its last line is not whole and was cut off`]);
  });

  it('leaves the file to the next one where its port is taken', async () => {
    const other = await startRegistry({ port: 0 });
    await expect(start(other.port)).rejects.toMatchObject({ code: 'port-taken' });
    await other.close();
    expect(await withRegistry((call) => register(call, 'flights', flight))).toEqual({ id: 1 });
  });
});

describe('a file that is no journal of a registry', () => {
  const line = (change: object) => JSON.stringify(change);
  const registered = { is: 'registered', subject: 'flights', version: 1, id: 1, schema: flight };
  it.each([
    ['no JSON', 'nonsense', /is not valid JSON/],
    ['no change', '7', /it is no change of a registry/],
    ['an unknown change', line({ ...registered, is: 'renamed' }), /it is no change of a registry/],
    ['an id that is none', line({ ...registered, id: -1 }), /it is no change of a registry/],
    ['a schema that is none', line({ ...registered, id: 2, schema: '"flight"' }), /Invalid schema/],
    ['an id of two schemas', line(registered), /the id 1 belongs to another schema already/],
    ['an unknown mode', line({ is: 'global-mode', mode: 'SOME' }), /it is no change of a registry/],
    ['an unknown type', line({ ...registered, schemaType: 'XML' }), /it is no change of a registry/],
    ['no references', line({ ...registered, references: ['x'] }), /it is no change of a registry/],
    [
      'a reference to nothing',
      line({ ...registered, id: 2, references: [{ name: 'x', subject: 'x', version: 1 }] }),
      /No schema reference found/,
    ],
    ['an unknown level', line({ is: 'global-level', level: 'SOME' }), /it is no change of a registry/],
  ])('is refused and left as it is: %s', async (_, bad, why) => {
    await withRegistry((call) => register(call, 'weather', weather));
    appendFileSync(file, `${bad}\n`);
    const before = readFileSync(file, 'utf8');
    const refused = expect.objectContaining({ code: 'usage', message: expect.stringMatching(why) });
    await expect(start()).rejects.toEqual(refused);
    await expect(start()).rejects.toThrow(/^Reading line 2 of \S+registry\.jsonl: .*; put the file back as it was/);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('is refused where the folder is none', async () => {
    writeFileSync(dataDir, 'a file');
    await expect(start()).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('Starting the Schema Registry with its data in'),
    });
  });
});
