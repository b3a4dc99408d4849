import { describe, expect, it, vi } from 'vitest';
import { ControlFollower, ControlWriter, controlTopic, type ResetAnswer, UNDISTURBED } from '#shared/control';
import { connectCluster } from '#shared/kafka';
import { projectFile } from '#shared/project-file';
import { offlineSchemas } from '#shared/schema';
import { isTurned, MODELS_TOPIC, ModelCatalogue } from '#shared/scoring';
import { startEmbeddedBroker } from '#shared/testing';
import { FaultSupervisor } from './fault-supervisor.js';
import { OwnBroker } from './own-broker.js';
import type { RunCluster } from './run-cluster.js';
import { switchFault } from './switch-fault.js';

const PATIENCE = { timeout: 20_000 };
const modelFolder = projectFile('demos/titanic/model/');

/** A demo with a control topic, and who switches its faults. */
async function demoWithControl() {
  const broker = await startEmbeddedBroker();
  const cluster = await connectCluster({ brokers: [broker.address], clientId: 'test' });
  const demo = { cluster, schemas: offlineSchemas(), topicName: ({ name }: { readonly name: string }) => name };
  const { name, config } = controlTopic('demo');
  await cluster.ensureTopics([{ name, partitions: 1, config: { 'cleanup.policy': 'compact', ...config } }]);
  const writer = await ControlWriter.open('demo', demo);
  const open: { close(): Promise<void> }[] = [cluster];
  return {
    demo,
    writer,
    async follower(): Promise<ControlFollower> {
      const follower = await ControlFollower.start('demo', demo);
      open.unshift(follower);
      return follower;
    },
    async supervised(where: Pick<RunCluster, 'broker'>, answered?: ResetAnswer) {
      const said: string[] = [];
      const control = await this.follower();
      const say = (line: string): number => said.push(line);
      const supervisor = await FaultSupervisor.start('demo', demo, { control, where, modelFolder, say, answered });
      if (supervisor === undefined) throw new Error('the control topic is not there');
      open.unshift(supervisor);
      return { control, said, supervisor };
    },
    async [Symbol.asyncDispose]() {
      for (const part of open) await part.close();
      await broker[Symbol.asyncDispose]();
    },
  };
}

it('does not begin with what an earlier run was told', async () => {
  await using demo = await demoWithControl();
  await demo.writer.switchFault('poison-records', { on: true, by: 'test' });
  await demo.writer.changePace(UNDISTURBED.pace, { paused: true, speed: 4 });
  await demo.supervised({});
  const { state } = await demo.follower();
  expect(state.faults.get('poison-records')).toMatchObject({ on: false, by: 'start' });
  expect(state.pace).toMatchObject({ paused: false, speed: 1 });
});

it('does not begin with the bad model of an earlier run, also where that was called off and serves all the same', async () => {
  await using demo = await demoWithControl();
  const { cluster } = demo.demo;
  const reach = {
    demo: 'demo',
    writer: demo.writer,
    cluster,
    modelsTopic: MODELS_TOPIC,
    modelFolder,
    scorers: () => [],
  };
  const champion = async (): Promise<string | undefined> => {
    const catalogue = await ModelCatalogue.open(cluster, MODELS_TOPIC);
    await catalogue.close();
    return catalogue.active('demo', 'champion')?.pointer.version;
  };
  for (const isCalledOff of [false, true]) {
    await switchFault({ name: 'bad-model', on: true, by: 'test' }, reach);
    expect(isTurned((await champion()) ?? '')).toBe(true);
    if (isCalledOff) await demo.writer.switchFault('bad-model', { on: false, by: 'start' });
    await demo.supervised({});
    expect(await champion()).toBeUndefined();
    expect((await demo.follower()).state.faults.get('bad-model')).toMatchObject({ on: false, by: 'start' });
  }
});

it('says that it has taken the order up before the broker is away, for as long as is asked for', async () => {
  await using demo = await demoWithControl();
  const other = await demo.follower();
  const away: { readonly ms: number; readonly heard: boolean }[] = [];
  let id = '';
  const { said } = await demo.supervised({
    broker: new OwnBroker({
      suspendBroker: (ms) => {
        const [part] = other.state.parts.values();
        away.push({ ms, heard: part?.obeys.includes(id) === true });
      },
      resumeBroker: () => undefined,
    }),
  });
  await vi.waitUntil(() => other.state.parts.size === 1, PATIENCE);
  expect([...other.state.parts.values()]).toMatchObject([{ role: 'supervisor', faults: ['lost-broker'], obeys: [] }]);
  id = (await demo.writer.switchFault('lost-broker', { on: true, forMs: 15_000, by: 'test' })).id;
  await vi.waitUntil(() => away.length === 1, PATIENCE);
  expect(away[0]?.heard).toBe(true);
  expect(away[0]?.ms).toBeGreaterThan(10_000);
  expect(away[0]?.ms).toBeLessThanOrEqual(15_000);
  expect(said).toEqual(['Lost broker: on, by test, for 15 s at most.']);
});

/** A broker of which it is only told that it is to go. */
function toldBroker() {
  const away: number[] = [];
  return { away, broker: new OwnBroker({ suspendBroker: (ms) => away.push(ms), resumeBroker: () => undefined }) };
}

/** Has it not go before the function is called that this gives, or somebody has waited for two seconds. */
function heldBack(broker: OwnBroker): () => void {
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  broker.onGoing(() => held);
  return letGo;
}

it('leaves the broker where it is when the order is taken back before it has gone', async () => {
  await using demo = await demoWithControl();
  const { away, broker } = toldBroker();
  const letGo = heldBack(broker);
  const { control, said } = await demo.supervised({ broker });
  const { writer } = demo;
  await writer.switchFault('lost-broker', { on: true, by: 'key' });
  await vi.waitUntil(() => control.state.faults.get('lost-broker')?.on, PATIENCE);
  await writer.switchFault('lost-broker', { on: false, by: 'key' });
  await vi.waitUntil(() => control.state.faults.get('lost-broker')?.on === false, PATIENCE);
  letGo();
  // One that does go, behind it: what the first had begun is over by then.
  await writer.switchFault('lost-broker', { on: true, forMs: 5_000, by: 'key' });
  await vi.waitUntil(() => away.length > 0, PATIENCE);
  expect(away).toHaveLength(1);
  expect(away[0]).toBeLessThanOrEqual(5_000);
  expect(said.map((line) => line.slice(0, 16))).toEqual(['Lost broker: on,', 'Lost broker: off', 'Lost broker: on,']);
});

it('leaves the broker where it is when somebody asks for it before it has gone', async () => {
  await using demo = await demoWithControl();
  const { away, broker } = toldBroker();
  const letGo = heldBack(broker);
  const { control } = await demo.supervised({ broker });
  await demo.writer.switchFault('lost-broker', { on: true, by: 'page' });
  await vi.waitUntil(() => control.state.faults.get('lost-broker')?.on, PATIENCE);
  broker.resume('demo');
  letGo();
  const { id } = await demo.writer.switchFault('lost-broker', { on: true, forMs: 5_000, by: 'page' });
  await vi.waitUntil(() => away.length > 0, PATIENCE);
  expect(control.state.faults.get('lost-broker')?.id).toBe(id);
  expect(away).toHaveLength(1);
  expect(away[0]).toBeLessThanOrEqual(5_000);
});

it('takes its own order back when another demo has the broker of both back', async () => {
  await using demo = await demoWithControl();
  const { away, broker } = toldBroker();
  const { control } = await demo.supervised({ broker });
  const lost = () => control.state.faults.get('lost-broker');
  await demo.writer.switchFault('lost-broker', { on: true, by: 'page' });
  await vi.waitUntil(() => away.length === 1, PATIENCE);
  broker.resume('another');
  await vi.waitUntil(() => lost()?.on === false, PATIENCE);
  expect(lost()?.by).toBe('another demo');
});

describe('where another demo has asked for the broker of both to be away', () => {
  const lostOf = ({ state }: ControlFollower) => state.faults.get('lost-broker');

  it('the order of a demo is told to all that share the broker before it goes', async () => {
    await using demo = await demoWithControl();
    const { away, broker } = toldBroker();
    const told: (readonly [by: string, leftMs: number, away: number])[] = [];
    broker.onGoing(async (by, until) => void told.push([by, until - Date.now(), away.length]));
    await demo.supervised({ broker });
    await demo.writer.switchFault('lost-broker', { on: true, forMs: 15_000, by: 'page' });
    await vi.waitUntil(() => away.length === 1, PATIENCE);
    expect(told).toEqual([['demo', expect.any(Number), 0]]);
    expect(told[0]?.[1]).toBeGreaterThan(10_000);
  });

  it('says the same on its own topic, and obeys it, and leaves the broker to the other one', async () => {
    await using demo = await demoWithControl();
    const { away, broker } = toldBroker();
    const { control, said } = await demo.supervised({ broker });
    await broker.announce('another', Date.now() + 15_000);
    await vi.waitUntil(() => lostOf(control)?.on, PATIENCE);
    const order = lostOf(control);
    expect(order).toMatchObject({ by: 'another demo' });
    const obeys = () => [...control.state.parts.values()][0]?.obeys;
    await vi.waitUntil(() => obeys()?.includes(order?.id ?? '') === true, PATIENCE);
    broker.resume('another');
    await vi.waitUntil(() => lostOf(control)?.on === false, PATIENCE);
    expect(lostOf(control)?.by).toBe('another demo');
    expect(away).toEqual([]);
    expect(said.map((line) => line.slice(0, 16))).toEqual(['Lost broker: on,', 'Lost broker: off']);
  });

  it('says that it is over when the time of the other one is, not when it has counted that itself', async () => {
    await using demo = await demoWithControl();
    const { broker } = toldBroker();
    const { control } = await demo.supervised({ broker });
    await broker.announce('another', Date.now() + 15_000);
    const id = await vi.waitUntil(() => lostOf(control)?.on && lostOf(control)?.id, PATIENCE);
    await vi.waitUntil(() => [...control.state.parts.values()][0]?.obeys.includes(id) === true, PATIENCE);
    broker.suspend(50);
    await vi.waitUntil(() => lostOf(control)?.on === false, { timeout: 10_000 });
  });

  it('takes that back where the broker was back before it could be read', async () => {
    await using demo = await demoWithControl();
    const { away, broker } = toldBroker();
    const { control, said } = await demo.supervised({ broker });
    const announced = broker.announce('another', Date.now() + 15_000);
    broker.resume('another');
    await announced;
    await vi.waitUntil(() => said.length === 2, PATIENCE);
    expect(lostOf(control)).toMatchObject({ on: false, by: 'another demo' });
    expect(away).toEqual([]);
  });

  it('has it stay when it is switched off here before it has gone', async () => {
    await using demo = await demoWithControl();
    const { broker } = toldBroker();
    const back: (string | undefined)[] = [];
    broker.onBack((by) => back.push(by));
    const { control } = await demo.supervised({ broker });
    await broker.announce('another', Date.now() + 15_000);
    await vi.waitUntil(() => lostOf(control)?.on, PATIENCE);
    await demo.writer.switchFault('lost-broker', { on: false, by: 'command' });
    await vi.waitUntil(() => back.length > 0, PATIENCE);
    expect([back, broker.isGoing]).toEqual([['demo'], false]);
  });
});

it('tells whoever runs a demo what is switched, and when its time is over', async () => {
  await using demo = await demoWithControl();
  const { said } = await demo.supervised({});
  await demo.writer.switchFault('drift', { on: true, forMs: 900, by: 'page' });
  await vi.waitUntil(() => said.length === 2, PATIENCE);
  expect(said).toEqual(['Drift: on, by page, for 1 s at most.', 'Drift: off, its time is over.']);
});

it('says nothing of the broker where it is not its own', async () => {
  await using demo = await demoWithControl();
  const { control, said } = await demo.supervised({});
  await vi.waitUntil(() => control.state.parts.size === 1, PATIENCE);
  const { id } = await demo.writer.switchFault('lost-broker', { on: true, by: 'a\u001b[31mb' });
  await vi.waitUntil(() => said.length === 1, PATIENCE);
  expect(said).toEqual(['Lost broker: on, by a?[31mb, for 20 s at most.']);
  await vi.waitUntil(() => control.state.parts.size === 1, PATIENCE);
  expect([...control.state.parts.values()]).toMatchObject([{ faults: [] }]);
  expect(control.state.faults.get('lost-broker')?.id).toBe(id);
});

/** What the only part that is heard of has said. */
const said = ({ state }: ControlFollower) => [...state.parts.values()][0];

describe('an order to begin anew', () => {
  it('is held until it is answered, however long the start takes, and is not obeyed by that', async () => {
    await using demo = await demoWithControl();
    const { id: earlier } = await demo.writer.askReset();
    const { control, supervisor } = await demo.supervised({});
    await vi.waitUntil(() => said(control)?.obeys.includes(earlier), PATIENCE);
    expect(supervisor.asked).toBeUndefined();
    const { id } = await demo.writer.askReset();
    await vi.waitUntil(() => supervisor.asked === id, PATIENCE);
    await supervisor.answer({ id, why: 'A scorer is at work.' });
    expect(supervisor.asked).toBeUndefined();
    await vi.waitUntil(() => said(control)?.answer?.id === id, PATIENCE);
    expect(said(control)).toMatchObject({ answer: { why: 'A scorer is at work.' }, obeys: [earlier] });
  });

  it('is obeyed by the run that it began, also where another came meanwhile', async () => {
    await using demo = await demoWithControl();
    const { id } = await demo.writer.askReset();
    const { id: another } = await demo.writer.askReset();
    const { control, supervisor } = await demo.supervised({}, { id, why: null });
    await vi.waitUntil(() => said(control) !== undefined, PATIENCE);
    expect(said(control)?.obeys).toEqual([id, another]);
    expect(supervisor.asked).toBeUndefined();
  });

  it('is not obeyed by the run that goes on because nothing could be emptied', async () => {
    await using demo = await demoWithControl();
    const { id } = await demo.writer.askReset();
    const { control, supervisor } = await demo.supervised({}, { id, why: 'The group has members.' });
    await vi.waitUntil(() => said(control) !== undefined, PATIENCE);
    expect(said(control)).toMatchObject({ obeys: [], answer: { id, why: 'The group has members.' } });
    expect(supervisor.asked).toBeUndefined();
    const { id: again } = await demo.writer.askReset();
    await vi.waitUntil(() => supervisor.asked === again, PATIENCE);
  });
});

it('tells whoever runs a demo why nothing can be switched', async () => {
  await using demo = await demoWithControl();
  const said: string[] = [];
  const control = await demo.follower();
  const supervised = { control, where: {}, modelFolder, say: (line: string) => said.push(line) };
  expect(await FaultSupervisor.start('demo', { ...demo.demo, noControl: 'Not here.' }, supervised)).toBeUndefined();
  expect(said).toEqual(['Not here.']);
});
