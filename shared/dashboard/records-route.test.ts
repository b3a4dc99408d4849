import { afterEach, describe, expect, it } from 'vitest';
import type { Peek, PeekedRecords } from '#shared/dashboard';
import { KitError } from '#shared/errors';
import { closeStarted, pageOf, start, stateOf } from './asked-dashboard.js';

afterEach(closeStarted);

const nothing: PeekedRecords = { topic: 'trips', order: 'newest first', records: [], next: null, incomplete: null };

/** A page that is looked into like this. */
async function open(records: Peek['records'], more: Parameters<typeof start>[1] = {}) {
  const peek: Peek = {
    topics: () => ({ topics: [], problem: null }),
    records,
    follow: async () => ({ id: 'a', steps: [] }),
  };
  const { port } = await start([pageOf({ peek })], more);
  const { controls } = await stateOf(port);
  const token = 'token' in controls ? controls.token : '';
  return (path: string, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { 'X-Control-Token': token, ...headers } });
}

describe('a look into topics by a page', () => {
  it('hands on the question as it is, and gives the answer to nobody’s cache', async () => {
    const asked: unknown[] = [];
    const get = await open(async (query) => {
      asked.push(query);
      return nothing;
    });
    const answer = await get('/records?topic=trips&from=end&topic=more');
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await answer.json()).toEqual(nothing);
    expect(asked).toEqual([{ topic: ['trips', 'more'], from: 'end' }]);
  });

  it('is refused without the token, from another site, and where controls are off', async () => {
    const get = await open(async () => nothing);
    expect((await get('/records', { 'X-Control-Token': 'guessed' })).status).toBe(403);
    expect((await get('/records', { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect((await get('/records', { Origin: 'http://evil.example' })).status).toBe(403);
    const shut = await open(async () => nothing, { controls: false });
    const answer = await shut('/records');
    expect([answer.status, await answer.json()]).toEqual([403, { error: expect.stringMatching(/--controls off/) }]);
  });

  it('that fails is answered with a sentence', async () => {
    const failing = async (error: Error) => {
      const answer = await (await open(() => Promise.reject(error)))('/records');
      return [answer.status, await answer.json()];
    };
    expect(await failing(new KitError('usage', 'It is no topic.'))).toEqual([400, { error: 'It is no topic.' }]);
    expect(await failing(new KitError('cluster-unreachable', 'No broker.'))).toEqual([503, { error: 'No broker.' }]);
    expect(await failing(new TypeError('undefined'))).toEqual([500, { error: 'looking into a topic: undefined' }]);
  });

  it('is one of two at once; some wait, those who ask the same share an answer, and more are refused', async () => {
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const looks: string[] = [];
    const get = await open(async (query) => {
      looks.push(JSON.stringify(query));
      await gate;
      return nothing;
    });
    const asked = Array.from({ length: 8 }, (_, i) => get(`/records?topic=${i}`));
    await expect.poll(async () => (await get('/records?topic=too-many')).status).toBe(429);
    const shared = get('/records?topic=7');
    expect(looks).toHaveLength(2);
    goOn();
    const answers = await Promise.all([...asked, shared]);
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 9 }, () => 200));
    expect(looks.filter((query) => query.includes('too-many'))).toEqual([]);
    expect(looks).toHaveLength(8);
  });
});
