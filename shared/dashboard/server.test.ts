import { afterEach, describe, expect, it } from 'vitest';
import { LiveView, startProbes } from '#shared/dashboard';
import { createMetrics } from '#shared/metrics';
import { ask, closeStarted, events, pageOf, start } from './asked-dashboard.js';
import type { OverviewState } from './page/snapshot.js';
import { sampleBoard, sampleDefinition, samplePrediction } from './sample-run.js';

afterEach(closeStarted);

describe('the page', () => {
  it('serves its files from memory, with headers that allow nothing from elsewhere', async () => {
    const { port, url } = await start([pageOf()]);
    expect(url).toBe(`http://127.0.0.1:${port}/`);
    const page = await ask(port, '/');
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['x-content-type-options']).toBe('nosniff');
    expect(page.headers['x-powered-by']).toBeUndefined();
    const policy = page.headers['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toContain('unsafe');
    const used = [...page.body.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1] ?? '');
    expect(used.length).toBeGreaterThan(7);
    for (const path of used) expect((await ask(port, path)).status, path).toBe(200);
    expect(page.body).not.toMatch(/<script>|<style|style="|https?:\/\//);
  });

  it("serves the script and the style of the demo's board, and no other file of its folder", async () => {
    const { port } = await start([pageOf({ view: new LiveView(sampleBoard().definition) })]);
    const script = await ask(port, '/board/board.js');
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(script.body).toContain("from '/page/dom.js'");
    expect((await ask(port, '/board/board.css')).headers['content-type']).toBe('text/css; charset=utf-8');
    for (const path of ['/board/', '/board/board.ts', '/board/board.d.ts', '/board/../server.js']) {
      expect((await ask(port, path)).status, path).toBe(404);
    }
    const without = await start([pageOf()]);
    expect((await ask(without.port, '/board/board.js')).status).toBe(404);
  });

  it('answers an unchanged file with 304', async () => {
    const { port } = await start([pageOf()]);
    const etag = (await ask(port, '/page/main.js')).headers.etag ?? '';
    const again = await ask(port, '/page/main.js', { etag });
    expect(again.status).toBe(304);
  });

  it('has no path out of it', async () => {
    const { port } = await start([pageOf()]);
    const paths = [
      '/../package.json',
      '/page/../../package.json',
      '/page/%2e%2e/server.js',
      '/page/..%2f..%2fpackage.json',
    ];
    for (const path of [...paths, '/page/', '/page/main.ts', '/package.json', '/%00', '//etc/passwd']) {
      expect((await ask(port, path)).status, path).toBe(404);
    }
    expect((await ask(port, '/%E0%A4%A')).status).toBeGreaterThanOrEqual(400);
  });

  it('is not there where nothing is to be shown; metrics and probes are', async () => {
    const { port } = await start([pageOf()], { headless: true });
    expect((await ask(port, '/')).status).toBe(404);
    expect((await ask(port, '/events')).status).toBe(404);
    expect((await ask(port, '/healthz')).body).toBe('alive\n');
  });
});

describe('several demos', () => {
  const churn = () => pageOf({ name: 'churn', view: new LiveView({ ...sampleBoard().definition, title: 'Churn' }) });

  it('have a page each under their names, with files and events of their own, and one server', async () => {
    const { port, url, pageUrls } = await start([pageOf(), churn()]);
    expect([...pageUrls]).toEqual([
      ['flight-delay', `${url}flight-delay/`],
      ['churn', `${url}churn/`],
    ]);
    expect((await ask(port, '/churn/')).body).toBe((await ask(port, '/flight-delay/')).body);
    expect((await ask(port, '/churn/board/board.js')).status).toBe(200);
    expect((await ask(port, '/flight-delay/board/board.js')).status).toBe(404);
    expect((await ask(port, '/board/board.js')).status).toBe(404);
    const first = await events(port, '/churn/events').next();
    expect(JSON.parse(first.value?.data ?? '')).toMatchObject({
      name: 'churn',
      siblings: [
        { name: 'flight-delay', title: 'Flight delay' },
        { name: 'churn', title: 'Churn' },
      ],
      snapshot: { about: { title: 'Churn' } },
    });
  });

  it('are found without the slash at the end too', async () => {
    const { port } = await start([pageOf(), churn()]);
    expect(await ask(port, '/churn')).toMatchObject({ status: 308, headers: { location: '/churn/' } });
  });

  it('are shown together at the root', async () => {
    const flights = pageOf();
    const view = new LiveView(sampleDefinition);
    view.prediction(samplePrediction(1));
    const { port } = await start([{ ...flights, view }, churn()]);
    const html = await ask(port, '/');
    const used = [...html.body.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1] ?? '');
    expect(used.length).toBeGreaterThan(5);
    for (const path of used) expect((await ask(port, path)).status, path).toBe(200);
    const first = await events(port).next();
    const { demos } = JSON.parse(first.value?.data ?? '') as OverviewState;
    expect(demos.map(({ name, title, scored }) => [name, title, scored])).toEqual([
      ['flight-delay', 'Flight delay', 1],
      ['churn', 'Churn', 0],
    ]);
  });

  it('are ready when all are', async () => {
    const waiting = { ...churn(), ready: () => ({ ready: false, reason: 'the scorer loads its model' }) };
    const { port } = await start([pageOf(), waiting]);
    expect(await ask(port, '/readyz')).toMatchObject({
      status: 503,
      body: 'not ready: churn: the scorer loads its model\n',
    });
  });

  it('cannot have the name of a part of the server', async () => {
    await expect(start([pageOf(), pageOf({ name: 'metrics' })])).rejects.toThrow(/metrics: its name cannot be/);
  });
});

describe('requests', () => {
  it('that would change something are refused with 405', async () => {
    const { port } = await start([pageOf()]);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const answer = await ask(port, '/metrics', { method });
      expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD']);
    }
    const head = await ask(port, '/events', { method: 'HEAD' });
    expect([head.status, head.body]).toEqual([200, '']);
  });

  it('under a foreign name are refused while bound to loopback', async () => {
    const { port } = await start([pageOf()]);
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', 'localhost.evil.example']) {
      expect((await ask(port, '/metrics', { host })).status, host).toBe(403);
    }
    for (const host of ['localhost', `localhost:${port}`, '127.0.0.1:1', `[::1]:${port}`, 'LOCALHOST']) {
      expect((await ask(port, '/healthz', { host })).status, host).toBe(200);
    }
  });

  it('under any name are answered where the page is meant for others', async () => {
    const { port, url } = await start([pageOf()], { host: '0.0.0.0' });
    expect(url).toBe(`http://localhost:${port}/`);
    expect((await ask(port, '/healthz', { host: 'workshop.example' })).status).toBe(200);
  });
});

describe('probes', () => {
  it('tell alive from ready, with the reason', async () => {
    let state = { ready: false, reason: 'the scorer loads its model' };
    const { port } = await start([pageOf({ ready: () => state })]);
    expect(await ask(port, '/readyz')).toMatchObject({ status: 503, body: 'not ready: the scorer loads its model\n' });
    expect((await ask(port, '/healthz')).status).toBe(200);
    state = { ready: true, reason: '' };
    expect(await ask(port, '/readyz')).toMatchObject({ status: 200, body: 'ready\n' });
  });

  it('serve the metrics as Prometheus reads them', async () => {
    const metrics = createMetrics('demo');
    metrics.recordsScored.add(42);
    const { port } = await start([pageOf()], { metrics });
    const answer = await ask(port, '/metrics');
    expect(answer.headers['content-type']).toBe(metrics.contentType);
    expect(answer.body).toContain('kafka_ml_records_scored_total{demo="demo"} 42\n');
  });
});

describe('probes alone', () => {
  it('are all that a process without a page serves', async () => {
    const metrics = createMetrics('demo');
    metrics.recordsScored.add(42);
    let missing = ['the model is not loaded', 'the group has not formed'];
    const probes = await startProbes({ port: 0, metrics, missing: () => missing });
    const { port, url } = probes;
    expect(url).toBe(`http://127.0.0.1:${port}/`);
    expect((await ask(port, '/metrics')).body).toContain('kafka_ml_records_scored_total{demo="demo"} 42\n');
    expect(await ask(port, '/healthz')).toMatchObject({ status: 200, body: 'alive\n' });
    expect(await ask(port, '/readyz')).toMatchObject({
      status: 503,
      body: 'not ready: the model is not loaded; the group has not formed\n',
    });
    missing = [];
    expect((await ask(port, '/readyz')).status).toBe(200);
    expect(await ask(port, '/')).toMatchObject({
      status: 404,
      body: 'Nothing is here: try /metrics, /healthz or /readyz.\n',
    });
    expect((await ask(port, '/metrics', { method: 'POST' })).status).toBe(405);
    expect((await ask(port, '/metrics', { host: 'example.org' })).status).toBe(403);
    await probes.close();
  });
});

describe('ports', () => {
  it('give way to the next free one when taken', async () => {
    const first = await start([pageOf()]);
    const second = await start([pageOf()], { port: first.port });
    expect(second.port).toBeGreaterThan(first.port);
    expect((await ask(second.port, '/healthz')).status).toBe(200);
  });

  it('that nobody may bind are said in a sentence', async () => {
    await expect(start([pageOf()], { host: '203.0.113.1' })).rejects.toThrow(/^binding the server to 203.0.113.1:0: /);
  });
});
