import { afterEach, describe, expect, it } from 'vitest';
import type { Command, Dashboard } from '#shared/dashboard';
import { KitError } from '#shared/errors';
import { ask, closeStarted, pageOf, postAs, start, stateOf } from './asked-dashboard.js';

afterEach(closeStarted);

const echo: Command = async (body) => ({ done: body });

/** A page with the command `fault`; the token is read from the page's state, as the page does. */
async function open(fault: Command, more: Parameters<typeof start>[1] = {}) {
  const dashboard = await start([pageOf({ commands: { fault } })], more);
  return { dashboard, token: await tokenOf(dashboard) };
}

async function tokenOf({ port }: Pick<Dashboard, 'port'>, path = '/'): Promise<string> {
  const { controls } = await stateOf(port, path);
  return 'token' in controls ? controls.token : '';
}

type Opened = Awaited<ReturnType<typeof open>>;

const post = (
  { dashboard, token }: Opened,
  body = '{}',
  headers: Record<string, string | undefined> = {},
  path = '/commands/fault',
) => postAs(dashboard.port, path, body, { 'X-Control-Token': token, ...headers });

const said = (sentence: RegExp) => ({ error: expect.stringMatching(sentence) });

describe('a command', () => {
  it('is carried out, and what it gives back is the answer', async () => {
    const opened = await open(echo);
    expect(await post(opened, '{"name":"<b>drift</b>"}')).toEqual({
      status: 200,
      body: { done: { name: '<b>drift</b>' } },
    });
    expect(await post(await open(async () => undefined))).toEqual({ status: 200, body: {} });
  });

  it('that cannot be carried out is answered with a sentence', async () => {
    const failing = (error: Error) => open(() => Promise.reject(error));
    expect(await post(await failing(new KitError('usage', 'No fault is called "fire".')))).toEqual({
      status: 400,
      body: { error: 'No fault is called "fire".' },
    });
    expect((await post(await failing(new KitError('cluster-unreachable', 'No broker answers.')))).status).toBe(503);
    expect(await post(await failing(new TypeError('the topic is undefined')))).toEqual({
      status: 500,
      body: said(/^carrying out "fault": .*the topic is undefined$/),
    });
  });

  it('is told what was sent at once, where it asks for that, while those before it are carried out', async () => {
    const told: unknown[] = [];
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const opened = await open(Object.assign(() => gate, { beforeTurn: (body: unknown) => void told.push(body) }));
    const replies = [post(opened, '{"n":1}'), post(opened, '{"n":2}')];
    await expect.poll(() => told).toHaveLength(2);
    goOn();
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual([200, 200]);
  });

  it('waits for those of its kind that came before it; many more are refused', async () => {
    const steps: string[] = [];
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const opened = await open(async (body) => {
      steps.push(`begins ${JSON.stringify(body)}`);
      await gate;
      steps.push(`ends ${JSON.stringify(body)}`);
    });
    const first = post(opened, '{"i":0}');
    await expect.poll(() => steps.length).toBe(1);
    const others = Array.from({ length: 8 }, (_, i) => post(opened, `{"i":${i + 1}}`));
    // Those that have to wait are not answered before the gate is open: the one answer is a refusal.
    expect(await Promise.race(others)).toEqual({ status: 429, body: said(/^8 others are changing this just now/) });
    goOn();
    const statuses = (await Promise.all([first, ...others])).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(8);
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
    expect(steps.length).toBe(16);
    for (let i = 0; i < steps.length; i += 2) expect(steps[i + 1]).toBe(steps[i]?.replace('begins', 'ends'));
  });

  it('has a place for each of several demos, and one token on the server', async () => {
    const pages = ['titanic', 'churn'].map((name) => pageOf({ name, commands: { fault: async () => ({ name }) } }));
    const dashboard = await start(pages);
    const token = await tokenOf(dashboard, '/churn/');
    const opened = { dashboard, token };
    expect(await post(opened, '{}', {}, '/churn/commands/fault')).toEqual({ status: 200, body: { name: 'churn' } });
    expect(await post(opened, '{}', {}, '/titanic/commands/fault')).toMatchObject({ body: { name: 'titanic' } });
    expect((await post(opened, '{}', {}, '/commands/fault')).status).toBe(405);
  });
});

describe('a command is refused', () => {
  /** Fails the test by its answer where it is carried out all the same. */
  const never: Command = () => Promise.reject(new Error('it was carried out'));

  it.each([
    ['by its origin', { Origin: 'http://evil.example' }],
    ['by an origin on another port', { Origin: 'http://127.0.0.1:1' }],
    ['from a sandboxed frame', { Origin: 'null' }],
    ['by what the browser says of it', { 'Sec-Fetch-Site': 'cross-site', Origin: undefined }],
    ['from a sister site', { 'Sec-Fetch-Site': 'same-site' }],
  ])('from another site: known %s', async (_, headers) => {
    expect(await post(await open(never), '{}', headers)).toEqual({
      status: 403,
      body: said(/^Asking from another site/),
    });
  });

  it.each([[undefined], [''], ['guessed']])('without the token of the page: %s', async (token) => {
    expect(await post(await open(never), '{}', { 'X-Control-Token': token })).toEqual({
      status: 403,
      body: said(/not the token of this page in X-Control-Token/),
    });
  });

  it('under a name that another site has pointed here, whatever address the server is bound to', async () => {
    const opened = await open(never, { host: '0.0.0.0', controls: true });
    const { port } = opened.dashboard;
    for (const name of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'demo', '']) {
      const headers = { Host: `${name}:${port}`, Origin: `http://${name}:${port}` };
      expect(await post(opened, '{}', headers), name).toEqual({ status: 403, body: said(/^By this name nothing/) });
    }
    const { port: local } = (await open(never)).dashboard;
    const rebound = { Host: `evil.example:${local}`, Origin: `http://evil.example:${local}` };
    expect((await postAs(local, '/commands/fault', '{}', rebound)).status).toBe(403);
  });

  it.each([[undefined], ['text/plain'], ['application/x-www-form-urlencoded'], ['application/json; charset=x']])(
    'for a body that is no JSON by its type: %s',
    async (type) => {
      expect((await post(await open(never), '{}', { 'Content-Type': type })).status).toBe(415);
    },
  );

  it.each([['{'], ['drift'], ['"drift"'], ['7']])('for a body that is no JSON object: %s', async (body) => {
    expect(await post(await open(never), body)).toEqual({ status: 400, body: said(/^The body is not JSON/) });
  });

  it('for a body that is too large, announced or not', async () => {
    const opened = await open(never);
    const large = JSON.stringify({ name: 'x'.repeat(16_384) });
    expect(await post(opened, large)).toEqual({ status: 413, body: said(/at most 16384 bytes/) });
    expect((await post(opened, large, { 'Transfer-Encoding': 'chunked' })).status).toBe(413);
  });

  it('where it is none, and by no path round about', async () => {
    const opened = await open(never);
    const paths = ['/commands/other', '/commands/', '/commands/../commands/fault', '/commands/%2e%2e/commands/fault'];
    for (const path of [...paths, '/commands/fault/', '/Commands/fault', '//commands/fault', '/commands%2ffault']) {
      expect((await post(opened, '{}', {}, path)).status, path).toBe(405);
    }
    expect((await ask(opened.dashboard.port, '/commands/fault')).status).toBe(404);
  });
});

describe('controls', () => {
  it('are off where the page is served beyond this machine, and then nobody has the token', async () => {
    const { dashboard } = await open(echo, { host: '0.0.0.0' });
    expect((await stateOf(dashboard.port)).controls).toEqual({ off: expect.stringMatching(/^This page is served/) });
    expect(await postAs(dashboard.port, '/commands/fault', '{}', { 'X-Control-Token': '' })).toEqual({
      status: 403,
      body: said(/--controls on/),
    });
  });

  it('are off where they were switched off', async () => {
    const { dashboard } = await open(echo, { controls: false });
    expect((await stateOf(dashboard.port)).controls).toEqual({
      off: 'The demo was started with --controls off: this page only shows.',
    });
    expect((await postAs(dashboard.port, '/commands/fault', '{}')).status).toBe(403);
  });

  it('are on elsewhere too where they were switched on, under an address in figures and under localhost', async () => {
    const opened = await open(echo, { host: '0.0.0.0', controls: true });
    const { port } = opened.dashboard;
    for (const host of [`192.0.2.7:${port}`, `[2001:db8::1]:${port}`, `localhost:${port}`]) {
      expect((await post(opened, '{}', { Host: host, Origin: `http://${host}` })).status, host).toBe(200);
    }
  });
});
