import { get } from 'node:http';
import { connect, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { closeStarted, events, newView, pageOf, start } from './asked-dashboard.js';
import type { PageState } from './page/snapshot.js';
import { samplePrediction } from './sample-run.js';

afterEach(closeStarted);

describe('the event stream', () => {
  it('sends the state at once, then what changes', async () => {
    const view = newView();
    const { port } = await start([pageOf({ view })]);
    const stream = events(port);
    const first = await stream.next();
    expect(first.value?.event).toBe('state');
    const state = JSON.parse(first.value?.data ?? '') as PageState;
    expect(state.snapshot.about.title).toBe('Flight delay');
    expect(state.facts).toEqual({ brokers: '127.0.0.1:9092' });
    view.prediction(samplePrediction(1));
    for await (const { data } of stream) {
      const { snapshot } = JSON.parse(data) as PageState;
      if (snapshot.totals.scored === 0) continue;
      expect(snapshot.latest[0]?.cells).toEqual(['UA 1', '1']);
      break;
    }
  });

  it('says that it is alive while nothing changes, and sends no state again', async () => {
    const { port } = await start([pageOf()]);
    const seen: string[] = [];
    for await (const { event } of events(port)) {
      seen.push(event);
      if (event === 'alive') break;
    }
    expect(seen.filter((event) => event === 'state').length).toBeLessThanOrEqual(2);
  });

  it('has a part on the same connection for those who ask for it, made once for all of them and only while they are there', async () => {
    let made = 0;
    const parts = { records: () => ({ made: ++made }) };
    const view = newView();
    const { port } = await start([pageOf({ view, parts })]);
    const plain = events(port);
    await plain.next();
    const seen = [events(port, '/events?part=records'), events(port, '/events?part=records')] as const;
    for (const stream of seen) expect((await stream.next()).value?.event).toBe('state');
    const figures = await Promise.all(
      seen.map(async (stream) => {
        const had: unknown[] = [];
        while (had.length < 6) {
          const { value } = await stream.next();
          if (value?.event === 'part') had.push(JSON.parse(value.data));
        }
        return had;
      }),
    );
    // What each had at once is its own; what came after came to both.
    expect(figures[0]).toEqual(expect.arrayContaining(figures[1]?.slice(1, 4) ?? []));
    for (const stream of seen) await stream.return(undefined);
    const waitForState = async (flight: number) => {
      view.prediction(samplePrediction(flight));
      for (;;) {
        const { value } = await plain.next();
        if (value?.event === 'part') throw new Error('a part came that nobody asked for');
        if ((JSON.parse(value?.data ?? '') as PageState).snapshot.totals.scored === flight) return;
      }
    };
    await waitForState(1);
    const before = made;
    for (const flight of [2, 3]) await waitForState(flight);
    expect(made).toBe(before);
  });

  it('says it when a part cannot be made, beside the state', async () => {
    const parts = {
      records: () => {
        throw new TypeError('the topic is undefined');
      },
    };
    const { port } = await start([pageOf({ parts })]);
    const stream = events(port, '/events?part=records');
    expect((await stream.next()).value?.event).toBe('state');
    expect((await stream.next()).value).toMatchObject({
      event: 'part-failed',
      data: expect.stringContaining('the topic is undefined'),
    });
  });

  it.each(['pipeline', 'constructor', ''])('has the state alone where there is no part "%s"', async (part) => {
    const { port } = await start([pageOf({ parts: { records: () => ({}) } })]);
    const seen: string[] = [];
    for await (const { event } of events(port, `/events?part=${part}`)) {
      seen.push(event);
      if (event === 'alive') break;
    }
    expect(new Set(seen)).toEqual(new Set(['state', 'alive']));
  });

  it('says it when the figures cannot be made, and goes on', async () => {
    let broken = true;
    const facts = (): Record<string, string> => {
      if (broken) throw new TypeError('the cluster is undefined');
      return {};
    };
    const { port } = await start([pageOf({ facts })]);
    const seen: string[] = [];
    for await (const { event, data } of events(port)) {
      seen.push(event);
      if (event === 'failed') expect(data).toContain('the cluster is undefined');
      if (event === 'state') break;
      broken = false;
    }
    expect(seen).toContain('failed');
  });

  it('holds nothing back for a viewer that does not read', async () => {
    const view = newView();
    const { port } = await start([pageOf({ view })]);
    const socket = connect(port, '127.0.0.1');
    socket.pause();
    socket.write(`GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    const reading = events(port);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 8; i++) {
      view.prediction(samplePrediction(i, { flight: 'x'.repeat(200_000) }));
      await reading.next();
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64_000_000);
    socket.destroy();
  });

  it('ends when the dashboard closes, and closing twice is closing once', async () => {
    const dashboard = await start([pageOf()]);
    const ended = new Promise<void>((resolve) => {
      get(`${dashboard.url}events`, (response) => {
        response.resume().on('close', () => resolve());
        response.on('error', () => resolve());
      });
    });
    await events(dashboard.port).next();
    await dashboard.close();
    await dashboard.close();
    await ended;
  });

  it('finds another port when a stranger holds the wanted one', async () => {
    const stranger = createServer();
    await new Promise<void>((resolve) => {
      stranger.listen(0, '127.0.0.1', resolve);
    });
    const address = stranger.address();
    const taken = typeof address === 'object' && address !== null ? address.port : 0;
    const dashboard = await start([pageOf()], { port: taken });
    expect(dashboard.port).not.toBe(taken);
    stranger.close();
  });
});
