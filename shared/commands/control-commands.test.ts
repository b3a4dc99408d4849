import { describe, expect, it, vi } from 'vitest';
import { ControlFollower, ControlWriter, controlTopic, type PartReport } from '#shared/control';
import type { StoryMoment } from '#shared/dashboard';
import { connectCluster } from '#shared/kafka';
import { projectFile } from '#shared/project-file';
import { offlineSchemas } from '#shared/schema';
import { startEmbeddedBroker } from '#shared/testing';
import { controlCommands } from './control-commands.js';
import { ControlWatch } from './control-watch.js';

const patience = { timeout: 20_000 };
const story: readonly StoryMoment[] = [{ label: 'the storm', at: (lap) => lap * 10_000 + 500 }];
const producing: PartReport = {
  role: 'producer',
  instance: 'host-1',
  heardAt: Date.now(),
  obeys: [],
  faults: [],
  eventTime: 11_000,
  lap: 1,
  sent: 5,
  held: 0,
  injected: 0,
};

/** A page's commands, on a demo whose parts listen: `heard` is what they know. */
async function commanded({ scorers = ['scorer-1', 'scorer-2'], noControl = '' } = {}) {
  const broker = await startEmbeddedBroker();
  const cluster = await connectCluster({ brokers: [broker.address], clientId: 'test' });
  const demo = {
    cluster,
    schemas: offlineSchemas(),
    topicName: ({ name }: { readonly name: string }): string => name,
    ...(noControl !== '' && { noControl }),
  };
  if (noControl === '') {
    const { name, config } = controlTopic('demo');
    await cluster.ensureTopics([{ name, partitions: 1, config: { 'cleanup.policy': 'compact', ...config } }]);
  }
  const resumed: string[] = [];
  const control = new ControlWatch('demo', demo, () => undefined);
  const heard = await ControlFollower.start('demo', demo);
  const commands = controlCommands({
    control,
    story,
    scorers: () => scorers.map((instance) => ({ instance, modelVersion: '1', obeys: [], heartbeatAt: 0 })),
    reach: {
      demo: 'demo',
      cluster,
      modelsTopic: 'models',
      modelFolder: projectFile('demos/titanic/model/'),
      resumeBroker: () => resumed.push('broker'),
    },
  });
  return {
    control,
    heard,
    demo,
    resumed,
    ask: (name: string, body: unknown) => {
      const { [name]: command = () => Promise.reject(new Error(`there is no command ${name}`)) } = commands;
      return command(body, new AbortController().signal);
    },
    beforeTurn: (body: unknown) => commands.fault?.beforeTurn?.(body),
    async [Symbol.asyncDispose]() {
      await heard.close();
      await control.close();
      await cluster.close();
      await broker[Symbol.asyncDispose]();
    },
  };
}

describe('commanding the pace', () => {
  it('is on the control topic when it is answered, and each order goes on from the one before', async () => {
    await using page = await commanded();
    await page.ask('pace', { paused: true });
    expect(page.control.state.pace).toMatchObject({ paused: true, speed: 1, steps: 0 });
    await page.ask('pace', { steps: 2 });
    await page.ask('pace', { steps: 1 });
    await page.ask('pace', { paused: false, speed: 4 });
    await vi.waitUntil(() => page.heard.state.pace.speed === 4, patience);
    expect(page.heard.state.pace).toMatchObject({ paused: false, speed: 4, steps: 3, jumpTo: null });
  });

  it('is changed from what it is when the turn of the order has come, not from what a page had heard', async () => {
    await using page = await commanded();
    expect(await page.ask('pace', { paused: 'other' })).toEqual({ paused: true, speed: 1 });
    expect(await page.ask('pace', { paused: 'other' })).toEqual({ paused: false, speed: 1 });
    for (const speed of [2, 4, 8, 16, 16]) {
      expect(await page.ask('pace', { speed: 'faster' })).toEqual({ paused: false, speed });
    }
    await page.ask('pace', { speed: 0.3 });
    for (const speed of [0.25, 0.25]) expect(await page.ask('pace', { speed: 'slower' })).toMatchObject({ speed });
    expect(await page.ask('fault', { name: 'drift', on: 'other' })).toEqual({ on: true });
    expect(await page.ask('fault', { name: 'drift', on: 'other' })).toEqual({ on: false });
  });

  it('hurries to a moment of the story when it comes next, where a producer says where it is', async () => {
    await using page = await commanded();
    await expect(page.ask('pace', { moment: 0 })).rejects.toThrow(
      'No producer is heard of, so nobody can hurry there.',
    );
    await using writer = disposable(await ControlWriter.open('demo', page.demo));
    await writer.report(producing);
    await vi.waitUntil(() => page.control.state.parts.size === 1, patience);
    await page.ask('pace', { moment: 0 });
    expect(page.control.state.pace.jumpTo).toBe(20_500);
    await expect(page.ask('pace', { moment: 1 })).rejects.toThrow('The story has no such moment.');
  });

  it.each([
    [{ paused: 'yes' }],
    [{ speed: -1 }],
    [{ speed: 'fast' }],
    [{ steps: 0 }],
    [{ steps: 1_000_000 }],
    [{ moment: -1 }],
    [{ jumpTo: 5 }],
    [[]],
    ['pause'],
    [null],
  ])('is refused where it is not understood: %j', async (body) => {
    await using page = await commanded();
    await expect(page.ask('pace', body)).rejects.toThrow(/^What was sent cannot be understood: /);
  });
});

describe('a beginning from a clean state', () => {
  const supervising: PartReport = { ...producing, role: 'supervisor', eventTime: null, lap: null, sent: 0 };

  /** A page whose demo as a whole answers what is asked for. */
  async function answered(why: string | null) {
    const page = await commanded();
    const writer = await ControlWriter.open('demo', page.demo);
    page.heard.onChange(({ reset }, news) => {
      if (news.reset && reset) void writer.report({ ...supervising, answer: { id: reset.id, why } });
    });
    return {
      ask: page.ask,
      async [Symbol.asyncDispose]() {
        await writer.close();
        await page[Symbol.asyncDispose]();
      },
    };
  }

  it('is asked for, and is what comes when that is taken up', async () => {
    await using page = await answered(null);
    await expect(page.ask('reset', {})).resolves.toBeUndefined();
  });

  it('is refused with what the demo says', async () => {
    await using page = await answered('At work on it is scorer a-1.');
    await expect(page.ask('reset', {})).rejects.toMatchObject({
      code: 'usage',
      message: 'At work on it is scorer a-1.',
    });
  });

  it('comes also where the page of the run is closed with it, before it has read so', async () => {
    await using page = await commanded();
    const asked = page.ask('reset', {});
    await vi.waitUntil(() => page.heard.state.reset !== undefined, patience);
    await page.control.close();
    await expect(asked).resolves.toBeUndefined();
  });
});

describe('commanding faults', () => {
  it('switches them on and off', async () => {
    await using page = await commanded();
    await page.ask('fault', { name: 'drift', on: true });
    expect(page.control.state.faults.get('drift')).toMatchObject({ on: true, by: 'page', target: null });
    await page.ask('fault', { name: 'drift', on: false });
    expect(page.control.state.faults.get('drift')).toMatchObject({ on: false, by: 'page' });
  });

  it('has the broker back before it writes that it is to be: without one nobody could read it', async () => {
    await using page = await commanded();
    await page.ask('fault', { name: 'lost-broker', on: true });
    expect(page.resumed).toEqual([]);
    await page.ask('fault', { name: 'lost-broker', on: 'other' });
    expect(page.resumed).toEqual(['broker']);
  });

  it('has the broker back before the turn of the order has come: those before it may be waiting for that broker', async () => {
    await using page = await commanded();
    page.beforeTurn({ name: 'lost-broker', on: 'other' });
    page.beforeTurn({ name: 'lost-broker', on: true });
    page.beforeTurn({ name: 'drift', on: false });
    page.beforeTurn('off');
    expect(page.resumed).toEqual([]);
    page.beforeTurn({ name: 'lost-broker', on: false });
    await page.ask('fault', { name: 'lost-broker', on: true });
    page.beforeTurn({ name: 'lost-broker', on: 'other' });
    expect(page.resumed).toEqual(['broker', 'broker']);
  });

  it('kills one of the scorers, which is named; none where none is heard of', async () => {
    await using page = await commanded();
    await page.ask('fault', { name: 'killed-scorer', on: true });
    expect(page.control.state.faults.get('killed-scorer')?.target).toBe('scorer-1');
    await using lonely = await commanded({ scorers: [] });
    await expect(lonely.ask('fault', { name: 'killed-scorer', on: true })).rejects.toThrow(/^No scorer is heard of/);
  });

  it.each([[{ name: 'fire', on: true }], [{ name: 'drift' }], [{ name: 'drift', on: 1 }], [{ on: true }]])(
    'is refused where it is not understood: %j',
    async (body) => {
      await using page = await commanded();
      await expect(page.ask('fault', body)).rejects.toThrow(/^What was sent cannot be understood: /);
    },
  );
});

it('is refused where the control topic may not be made, with why', async () => {
  await using page = await commanded({ noControl: 'Faults cannot be switched here: the topic may not be made.' });
  expect(page.control.missing).toBe('Faults cannot be switched here: the topic may not be made.');
  await expect(page.ask('fault', { name: 'drift', on: true })).rejects.toThrow(/^Faults cannot be switched here/);
});

function disposable<T extends { close(): Promise<void> }>(closable: T): T & AsyncDisposable {
  return Object.assign(closable, { [Symbol.asyncDispose]: () => closable.close() });
}
