import { describe, expect, it } from 'vitest';
import { answerType } from './media-type.js';
import { avroRecord, refused, startedRegistry } from './started-registry.contract.js';

const { ask, url } = startedRegistry();
const register = (subject: string, schema: string) => ask('POST', `/subjects/${subject}/versions`, { schema });

describe('the type of an answer', () => {
  const v1 = 'application/vnd.schemaregistry.v1+json';
  it.each([
    [undefined, v1],
    ['*/*', v1],
    ['application/*;q=0.5', v1],
    ['application/json', 'application/json'],
    ['application/vnd.schemaregistry+json; q=0.9, application/json; q=0.5', 'application/vnd.schemaregistry+json'],
    [`${v1}, application/vnd.schemaregistry+json, application/json`, v1],
    ['text/html, application/json;q=0.1', 'application/json'],
  ])('%s: %s', (accept, type) => {
    expect(answerType(accept)).toBe(type);
  });

  it.each(['text/html', 'application/json;q=0', 'nonsense'])('is none for %s', (accept) => {
    expect(() => answerType(accept)).toThrow(expect.objectContaining({ status: 406 }));
  });
});

describe('a body', () => {
  const post = (headers: Record<string, string>) =>
    fetch(`${url()}/subjects/a/versions`, { method: 'POST', headers, body: JSON.stringify({ schema: '"int"' }) });

  it('of no particular type is JSON; of another one, or compressed, it is refused', async () => {
    expect((await post({ 'content-type': 'application/octet-stream' })).status).toBe(200);
    expect((await post({ 'content-type': 'application/json; charset=utf-8' })).status).toBe(200);
    const other = await post({ 'content-type': 'application/x-www-form-urlencoded' });
    expect([other.status, await other.json()]).toEqual(refused(415, 'HTTP 415 Unsupported Media Type'));
    expect((await post({ 'content-type': 'application/json', 'content-encoding': 'gzip' })).status).toBe(415);
  });
});

describe('HEAD', () => {
  it('is GET without the body', async () => {
    const response = await fetch(`${url()}/subjects`, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect((await fetch(`${url()}/nowhere`, { method: 'HEAD' })).status).toBe(404);
  });
});

describe('lists', () => {
  it('come in pages', async () => {
    for (const subject of ['a', 'b', 'c']) await register(subject, avroRecord('R'));
    expect(await ask('GET', '/subjects?offset=1&limit=1')).toEqual([200, ['b']]);
    expect(await ask('GET', '/subjects?offset=2')).toEqual([200, ['c']]);
    expect(await ask('GET', '/subjects?limit=-1')).toEqual([200, ['a', 'b', 'c']]);
    expect(await ask('GET', '/schemas/ids/1/subjects?limit=2')).toEqual([200, ['a', 'b']]);
    const wider = avroRecord('R', { name: 'n', type: 'int', default: 0 });
    await register('a', wider);
    expect(await ask('GET', '/schemas?latestOnly=true&subjectPrefix=a')).toEqual([
      200,
      [{ subject: 'a', version: 2, id: 2, schema: wider }],
    ]);
  });

  it('say the highest id where that is asked for', async () => {
    await register('a', avroRecord('R'));
    await register('b', avroRecord('S'));
    expect(await ask('GET', '/schemas/ids/1?fetchMaxId=true')).toEqual([200, { schema: avroRecord('R'), maxId: 2 }]);
  });
});

describe('contexts', () => {
  it('are the default one only', async () => {
    expect(await ask('GET', '/contexts')).toEqual([200, ['.']]);
    expect(await register(':.:a', avroRecord('R'))).toEqual([200, { id: 1 }]);
    expect(await ask('GET', '/subjects?subjectPrefix=:*:')).toEqual([200, ['a']]);
    expect(await register(':.staging:a', avroRecord('R'))).toEqual(
      refused(42208, expect.stringContaining(':.staging:a')),
    );
  });
});
