import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Registry, startRegistry } from './index.js';

let registry: Registry;
beforeEach(async () => {
  registry = await startRegistry({ port: 0 });
});
afterEach(() => registry.close());

/** Status and body of a reply. */
async function call(method: string, path: string, body?: unknown): Promise<[number, unknown]> {
  const response = await fetch(registry.url + path, {
    method,
    headers: { 'content-type': 'application/json', accept: 'application/vnd.schemaregistry.v1+json' },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  expect(response.headers.get('content-type')).toBe('application/vnd.schemaregistry.v1+json');
  return [response.status, await response.json()];
}
const refused = (code: number, message: unknown) => [
  Math.floor(code / (code > 999 ? 100 : 1)),
  { error_code: code, message },
];

const record = (name: string, ...fields: object[]) =>
  JSON.stringify({ type: 'record', name, fields: [{ name: 'id', type: 'string' }, ...fields] });
const one = record('R');
const two = record('R', { name: 'n', type: 'int', default: 0 });
const broken = record('R', { name: 'm', type: 'int' });
const register = (subject: string, schema: string) => call('POST', `/subjects/${subject}/versions`, { schema });

describe('registering', () => {
  it('gives the same schema the same id, under whatever subject and in whatever spelling', async () => {
    expect(await register('a-value', one)).toEqual([200, { id: 1 }]);
    expect(await register('a-value', two)).toEqual([200, { id: 2 }]);
    expect(await register('a-value', one)).toEqual([200, { id: 1 }]);
    const respelt = JSON.stringify(
      { name: 'R', fields: [{ type: { type: 'string' }, name: 'id' }], type: 'record' },
      null,
      2,
    );
    expect(await register('b-value', respelt)).toEqual([200, { id: 1 }]);
    expect(await call('GET', '/subjects')).toEqual([200, ['a-value', 'b-value']]);
    expect(await call('GET', '/subjects?subjectPrefix=b')).toEqual([200, ['b-value']]);
    expect(await call('GET', '/subjects/a-value/versions')).toEqual([200, [1, 2]]);
    expect(await call('GET', '/subjects/a-value/versions/1')).toEqual([
      200,
      { subject: 'a-value', version: 1, id: 1, schema: one },
    ]);
    expect(await call('GET', '/subjects/a-value/versions/latest')).toEqual([
      200,
      { subject: 'a-value', version: 2, id: 2, schema: two },
    ]);
    expect(await call('GET', '/subjects/a-value/versions/2/schema')).toEqual([200, JSON.parse(two)]);
  });

  it('is found again by schema', async () => {
    await register('a', one);
    await register('a', two);
    expect(await call('POST', '/subjects/a', { schema: two })).toEqual([
      200,
      { subject: 'a', version: 2, id: 2, schema: two },
    ]);
    expect(await call('POST', '/subjects/a', { schema: broken })).toEqual(refused(40403, 'Schema not found'));
    expect(await call('POST', '/subjects/b', { schema: one })).toEqual(refused(40401, "Subject 'b' not found."));
  });

  it('takes any subject name, percent-encoded', async () => {
    await register('my%2Ftopic%20%C3%A9-value', one);
    expect(await call('GET', '/subjects')).toEqual([200, ['my/topic é-value']]);
    expect(await call('GET', '/subjects/%E0%A4%A/versions')).toEqual(refused(400, expect.stringContaining('%E0%A4%A')));
  });

  it('refuses what breaks the level, with the reason', async () => {
    await register('a', one);
    const expected = expect.stringMatching(
      /^Schema being registered is incompatible with an earlier schema for subject "a", details: \[\{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', .*'m'.*\{compatibility: 'BACKWARD'\}\]$/,
    );
    expect(await register('a', broken)).toEqual(refused(409, expected));
    expect(await call('GET', '/subjects/a/versions')).toEqual([200, [1]]);
  });

  it('refuses what it cannot keep', async () => {
    expect(await register('a', '{"type":"recrd"}')).toEqual(
      refused(42201, 'Invalid schema of type AVRO, details: the type "recrd" is not defined'),
    );
    expect(await register('a', '')).toEqual(refused(42201, expect.stringContaining('empty')));
    for (const more of [{ schemaType: 'XML' }, { ruleSet: {} }, { metadata: {} }]) {
      expect(await call('POST', '/subjects/a/versions', { schema: one, ...more })).toEqual(
        refused(42201, expect.stringMatching(/^This registry does not support /)),
      );
    }
    expect(await call('GET', '/subjects')).toEqual([200, []]);
  });
});

describe('schemas by id', () => {
  it('say what they are and where they are used', async () => {
    await register('a', one);
    await register('b', two);
    await register('b', one);
    expect(await call('GET', '/schemas/ids/1')).toEqual([200, { schema: one }]);
    expect(await call('GET', '/schemas/ids/1?subject=a&fetchMaxId=false')).toEqual([200, { schema: one }]);
    expect(await call('GET', '/schemas/ids/1/schema')).toEqual([200, JSON.parse(one)]);
    expect(await call('GET', '/schemas/ids/1/subjects')).toEqual([200, ['a', 'b']]);
    expect(await call('GET', '/schemas/ids/1/versions')).toEqual([
      200,
      [
        { subject: 'a', version: 1 },
        { subject: 'b', version: 2 },
      ],
    ]);
    expect(await call('GET', '/schemas/types')).toEqual([200, ['JSON', 'PROTOBUF', 'AVRO']]);
    expect(await call('GET', '/schemas/ids/9')).toEqual(refused(40403, 'Schema 9 not found'));
    expect(await call('GET', '/schemas/ids/nine')).toEqual(refused(404, 'HTTP 404 Not Found'));
  });
});

describe('versions that are not there', () => {
  it('are told from subjects that are not there', async () => {
    await register('a', one);
    expect(await call('GET', '/subjects/a/versions/2')).toEqual(refused(40402, 'Version 2 not found.'));
    expect(await call('GET', '/subjects/b/versions/1')).toEqual(refused(40401, "Subject 'b' not found."));
    expect(await call('GET', '/subjects/b/versions/latest')).toEqual(refused(40401, "Subject 'b' not found."));
    expect(await call('GET', '/subjects/b/versions')).toEqual(refused(40401, "Subject 'b' not found."));
    for (const version of ['0', 'x', '2147483648', '1.5']) {
      expect(await call('GET', `/subjects/a/versions/${version}`)).toEqual(
        refused(42202, expect.stringContaining(`'${version}' is not a valid version id`)),
      );
    }
  });
});

describe('compatibility', () => {
  it('is BACKWARD until it is set, globally or for a subject', async () => {
    expect(await call('GET', '/config')).toEqual([200, { compatibilityLevel: 'BACKWARD' }]);
    expect(await call('PUT', '/config', { compatibility: 'full' })).toEqual([200, { compatibility: 'FULL' }]);
    expect(await call('GET', '/config/a')).toEqual(
      refused(40408, "Subject 'a' does not have subject-level compatibility configured"),
    );
    expect(await call('GET', '/config/a?defaultToGlobal=true')).toEqual([200, { compatibilityLevel: 'FULL' }]);
    expect(await call('PUT', '/config/a', { compatibility: 'NONE' })).toEqual([200, { compatibility: 'NONE' }]);
    expect(await call('GET', '/config/a')).toEqual([200, { compatibilityLevel: 'NONE' }]);
    await register('a', one);
    expect(await register('a', broken)).toEqual([200, { id: 2 }]);
    expect(await call('DELETE', '/config/a')).toEqual([200, { compatibilityLevel: 'NONE' }]);
    expect(await call('DELETE', '/config/a')).toEqual(refused(40401, "Subject 'a' not found."));
    expect(await call('PUT', '/config/a', { compatibility: 'SOME' })).toEqual(
      refused(42203, expect.stringMatching(/^Invalid compatibility level/)),
    );
    expect(await call('DELETE', '/config')).toEqual([200, { compatibilityLevel: 'FULL' }]);
  });

  it('can be asked without registering', async () => {
    const check = (path: string, schema: string) => call('POST', `/compatibility/subjects/${path}`, { schema });
    expect(await check('a/versions/latest', one)).toEqual([200, { is_compatible: true }]);
    await register('a', one);
    expect(await check('a/versions/latest', two)).toEqual([200, { is_compatible: true }]);
    expect(await check('a/versions/1?verbose=true', broken)).toEqual([
      200,
      { is_compatible: false, messages: expect.arrayContaining([expect.stringContaining('READER_FIELD_MISSING')]) },
    ]);
    expect(await check('a/versions', broken)).toEqual([200, { is_compatible: false }]);
    expect(await check('a/versions/7', two)).toEqual(refused(40402, 'Version 7 not found.'));
    expect(await check('b/versions/1', two)).toEqual(refused(40401, "Subject 'b' not found."));
    expect(await check('a/versions/1', 'x')).toEqual(refused(42201, expect.stringContaining('not JSON')));
  });
});

describe('deleting', () => {
  it('hides a subject first, and removes it when asked again with permanent', async () => {
    await register('a', one);
    await register('a', two);
    expect(await call('DELETE', '/subjects/a?permanent=true')).toEqual(
      refused(40405, "Subject 'a' was not deleted first before being permanently deleted"),
    );
    expect(await call('DELETE', '/subjects/a')).toEqual([200, [1, 2]]);
    expect(await call('DELETE', '/subjects/a')).toEqual(
      refused(40404, "Subject 'a' was soft deleted.Set permanent=true to delete permanently"),
    );
    expect(await call('GET', '/subjects')).toEqual([200, []]);
    expect(await call('GET', '/subjects?deleted=true')).toEqual([200, ['a']]);
    expect(await call('GET', '/subjects/a/versions?deleted=true')).toEqual([200, [1, 2]]);
    expect(await call('GET', '/schemas/ids/2')).toEqual([200, { schema: two }]);
    expect(await call('DELETE', '/subjects/a?permanent=true')).toEqual([200, [1, 2]]);
    expect(await call('GET', '/schemas/ids/2')).toEqual(refused(40403, 'Schema 2 not found'));
    expect(await call('DELETE', '/subjects/a')).toEqual(refused(40401, "Subject 'a' not found."));
    expect(await register('a', one)).toEqual([200, { id: 3 }]);
    expect(await call('GET', '/subjects/a/versions')).toEqual([200, [1]]);
  });

  it('hides and removes a version likewise', async () => {
    await register('a', one);
    await register('a', two);
    await register('b', two);
    expect(await call('DELETE', '/subjects/a/versions/latest')).toEqual([200, 2]);
    expect(await call('DELETE', '/subjects/a/versions/2')).toEqual(
      refused(40406, expect.stringContaining('Version 2')),
    );
    expect(await call('DELETE', '/subjects/a/versions/1?permanent=true')).toEqual(
      refused(40407, "Subject 'a' Version 1 was not deleted first before being permanently deleted"),
    );
    expect(await call('GET', '/subjects/a/versions/latest')).toEqual([200, expect.objectContaining({ version: 1 })]);
    expect(await call('GET', '/subjects/a/versions/2')).toEqual(refused(40402, 'Version 2 not found.'));
    expect(await call('DELETE', '/subjects/a/versions/2?permanent=true')).toEqual([200, 2]);
    expect(await call('GET', '/schemas/ids/2')).toEqual([200, { schema: two }]);
  });

  it('leaves the number behind: what is registered again gets the next one, under its old id', async () => {
    await register('a', one);
    await call('DELETE', '/subjects/a');
    expect(await register('a', one)).toEqual([200, { id: 1 }]);
    expect(await call('GET', '/subjects/a/versions?deleted=true')).toEqual([200, [2]]);
  });
});

describe('a request that makes no sense', () => {
  it('is answered as such', async () => {
    expect(await call('GET', '/nowhere')).toEqual(refused(404, 'HTTP 404 Not Found'));
    expect(await call('DELETE', '/schemas/types')).toEqual(refused(405, 'HTTP 405 Method Not Allowed'));
    expect(await call('POST', '/subjects/a/versions', '{"schema":')).toEqual(
      refused(400, expect.stringMatching(/^The request body is not JSON/)),
    );
    expect(await call('POST', '/subjects/a/versions', '[]')).toEqual(
      refused(400, expect.stringMatching(/JSON object/)),
    );
    expect(await call('POST', '/subjects/a/versions')).toEqual(refused(400, expect.stringMatching(/JSON object/)));
  });

  it('is refused before it fills the memory', async () => {
    const status = await new Promise((resolve, reject) => {
      const sent = request(`${registry.url}/subjects/a/versions`, { method: 'POST' }, ({ statusCode }) => {
        resolve(statusCode);
        sent.destroy();
      });
      sent.on('error', reject);
      // Chunked and never ended: the refusal does not wait for the end.
      sent.write(Buffer.alloc(1_000_001, ' '));
    });
    expect(status).toBe(413);
    expect(await call('GET', '/subjects')).toEqual([200, []]);
  });
});

describe('starting', () => {
  it('says where it listens, and that a port is taken', async () => {
    expect(registry.url).toBe(`http://127.0.0.1:${registry.port}`);
    await expect(startRegistry({ port: registry.port })).rejects.toThrow(
      expect.objectContaining({ code: 'port-taken', message: expect.stringContaining(`127.0.0.1:${registry.port}`) }),
    );
  });
});
