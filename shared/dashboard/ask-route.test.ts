import { afterEach, describe, expect, it } from 'vitest';
import { type Ask, type Dashboard, LiveView, startDashboard } from '#shared/dashboard';
import { KitError } from '#shared/errors';
import { createMetrics } from '#shared/metrics';
import { postAs, stateOf } from './asked-dashboard.js';
import { sampleDefinition } from './sample-run.js';

const started: Dashboard[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((dashboard) => dashboard.close()));
});

const echo: Ask = async (body) => ({ prediction: { score: 0.5, of: body } });

interface Form {
  readonly port: number;
  readonly token: string;
}

/** A page whose form asks this; the token is read from the page's state, as the page does. */
async function start(ask: Ask, names: readonly string[] = ['titanic'], path = '/'): Promise<Form> {
  const pages = names.map((name) => ({
    name,
    view: new LiveView(sampleDefinition),
    facts: () => ({}),
    ready: () => ({ ready: true, reason: '' }),
    ask,
  }));
  const dashboard = await startDashboard({ port: 0, metrics: createMetrics('demo'), pages });
  started.push(dashboard);
  const { port } = dashboard;
  return { port, token: (await stateOf(port, path)).askToken ?? '' };
}

/** Asks as a page of the server does, with these headers over its own; undefined leaves one out. */
const post = (
  { port, token }: Form,
  body: string | Buffer,
  headers: Record<string, string | undefined> = {},
  path = '/ask',
) => postAs(port, path, body, { 'X-Ask-Token': token, ...headers });

const said = (sentence: RegExp) => ({ error: expect.stringMatching(sentence) });

describe('asking', () => {
  it('is answered with the prediction, and how long it took', async () => {
    const form = await start(echo);
    expect(await post(form, '{"name":"<b>Rose</b>"}')).toEqual({
      status: 200,
      body: { prediction: { score: 0.5, of: { name: '<b>Rose</b>' } }, tookMs: expect.any(Number) },
    });
  });

  it('is answered with a sentence where the demo cannot take it, or makes a dead letter of it', async () => {
    const refusing = await start(async () => {
      throw new KitError('usage', 'The age is -3; it must be 0 to 120.');
    });
    expect(await post(refusing, '{}')).toEqual({ status: 400, body: { error: 'The age is -3; it must be 0 to 120.' } });
    const dead = await start(async () => ({ deadLetter: 'the sex is missing' }));
    expect(await post(dead, '{}')).toEqual({ status: 422, body: said(/dead letter now: the sex is missing$/) });
    const gone = await start(async () => {
      throw new KitError('cluster-unreachable', 'No broker answers.');
    });
    expect(await post(gone, '{}')).toEqual({ status: 503, body: { error: 'No broker answers.' } });
    const broken = await start(async () => {
      throw new TypeError('cabin is undefined');
    });
    expect(await post(broken, '{}')).toEqual({ status: 500, body: said(/cabin is undefined$/) });
  });

  it('ends with a sentence after 5 s without a reply', async () => {
    const form = await start(
      (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined))),
    );
    expect(await post(form, '{}')).toEqual({ status: 504, body: said(/^No prediction came within 5 s/) });
  });

  it('is for a few at a time', async () => {
    let answerAll: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      answerAll = resolve;
    });
    let waiting = 0;
    const form = await start(async () => {
      waiting += 1;
      await gate;
      return { prediction: {} };
    });
    const first = Array.from({ length: 8 }, () => post(form, '{}'));
    await expect.poll(() => waiting, { timeout: 10_000 }).toBe(8);
    expect(await post(form, '{}')).toEqual({ status: 429, body: said(/^8 others are waiting/) });
    answerAll();
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    expect((await post(form, '{}')).status).toBe(200);
  });

  it('has a place and a token for each of several demos', async () => {
    const form = await start(echo, ['titanic', 'churn'], '/churn/');
    expect((await post(form, '{}', {}, '/churn/ask')).status).toBe(200);
    expect((await post(form, '{}', {}, '/titanic/ask')).status).toBe(403);
    expect((await post(form, '{}', {}, '/ask')).status).toBe(405);
  });
});

describe('asking is refused', () => {
  it.each([
    ['by its origin', { Origin: 'http://evil.example' }],
    ['by an origin on another port', { Origin: 'http://127.0.0.1:1' }],
    ['from a sandboxed frame', { Origin: 'null' }],
    ['by what the browser says of it', { 'Sec-Fetch-Site': 'cross-site', Origin: undefined }],
    ['from a sister site', { 'Sec-Fetch-Site': 'same-site' }],
  ])('from another site: known %s', async (_, headers) => {
    expect(await post(await start(echo), '{}', headers)).toEqual({
      status: 403,
      body: said(/^Asking from another site/),
    });
  });

  it.each([[undefined], [''], ['guessed']])('without the token of the page: %s', async (token) => {
    const answer = await post(await start(echo), '{}', { 'X-Ask-Token': token });
    expect(answer).toEqual({ status: 403, body: said(/token of this page/) });
  });

  it('under a foreign name while bound to loopback', async () => {
    const form = await start(echo);
    const foreign = { Host: `evil.example:${form.port}`, Origin: `http://evil.example:${form.port}` };
    expect((await post(form, '{}', foreign)).status).toBe(403);
  });

  it.each([[undefined], ['text/plain'], ['application/x-www-form-urlencoded'], ['application/json; charset=x']])(
    'for a body that is no JSON by its type: %s',
    async (type) => {
      expect((await post(await start(echo), '{}', { 'Content-Type': type })).status).toBe(415);
    },
  );

  it.each([['{'], ['rose'], ['"rose"'], ['7']])('for a body that is no JSON object: %s', async (body) => {
    expect(await post(await start(echo), body)).toEqual({ status: 400, body: said(/^The body is not JSON/) });
  });

  it('for a body that is too large, announced or not', async () => {
    const form = await start(echo);
    const large = JSON.stringify({ name: 'x'.repeat(16_384) });
    expect(await post(form, large)).toEqual({ status: 413, body: said(/at most 16384 bytes/) });
    expect((await post(form, large, { 'Transfer-Encoding': 'chunked' })).status).toBe(413);
    expect((await post(form, JSON.stringify({ name: 'x'.repeat(16_000) }))).status).toBe(200);
  });

  it('where the page has no form', async () => {
    const form = await start(echo);
    const page = {
      name: 'x',
      view: new LiveView(sampleDefinition),
      facts: () => ({}),
      ready: () => ({ ready: true, reason: '' }),
    };
    const without = await startDashboard({ port: 0, metrics: createMetrics('demo'), pages: [page] });
    started.push(without);
    expect((await stateOf(without.port)).askToken).toBeNull();
    expect((await post({ ...form, port: without.port }, '{}')).status).toBe(405);
  });
});
