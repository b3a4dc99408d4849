import { describe, expect, it, vi } from 'vitest';
import { KitError } from '#shared/errors';
import { startEmbeddedSwitches } from '#shared/testing';
import { OwnBroker } from './own-broker.js';
import type { ScorerProcess } from './scorer-process.js';
import { ScorerSlot } from './scorer-slot.js';
import type { PartKilled } from './supervised-process.js';

const PATIENCE = { timeout: 20_000 };

/** A scorer whose end a test decides on; real processes end in demos/scorer-faults.test.ts. */
function scorer(pid: number) {
  let end = (_reason: KitError): void => undefined;
  let killedBy: PartKilled['order'] | undefined;
  const gone = new Promise<never>((_, reject) => {
    end = reject;
  });
  const closed: number[] = [];
  const process: ScorerProcess = {
    pid,
    instance: `host-${pid}`,
    model: { name: 'gbm', version: '1', sha256: 'a0' },
    gone,
    killedBy: () => killedBy,
    close: async (patienceMs) => void closed.push(patienceMs),
  };
  return {
    process,
    closed,
    end(reason: KitError, order?: PartKilled['order']) {
      killedBy = order;
      end(reason);
    },
  };
}

const killed = new KitError('run-failed', 'The scorer is gone (signal SIGKILL).');

/** A slot with the first of some scorers in it, beside the switches of its demo. */
async function slotOf(...scorers: ReturnType<typeof scorer>[]) {
  const broker = new OwnBroker({ suspendBroker: () => undefined, resumeBroker: () => undefined });
  const switches = await startEmbeddedSwitches();
  const control = await switches.follower();
  const said: string[] = [];
  const left = scorers.map(({ process }) => process);
  const slot = await ScorerSlot.open({
    control,
    broker,
    say: (sentence) => said.push(sentence),
    start: async (onInstance) => {
      const next = left.shift();
      if (next === undefined) throw new KitError('cluster-unreachable', 'Nobody answers.');
      onInstance(next.instance);
      return next;
    },
  });
  return { slot, said, control, broker, switches, [Symbol.asyncDispose]: () => switches[Symbol.asyncDispose]() };
}

describe('the place of a scorer', () => {
  it('is empty while the order that killed the one in it is on, and filled when it is off', async () => {
    const [first, second] = [scorer(1), scorer(2)];
    await using run = await slotOf(first, second);
    const { id, issuedAt } = await run.switches.writer.switchFault('killed-scorer', { on: true, by: 'test' });
    first.end(killed, { id, issuedAt, endsAt: issuedAt + 60_000 });
    await vi.waitUntil(() => run.slot.isEmpty, PATIENCE);
    expect(run.slot.pid).toBe(1);
    await run.switches.writer.switchFault('killed-scorer', { on: false, by: 'test' });
    await vi.waitUntil(() => !run.slot.isEmpty, PATIENCE);
    expect(run.slot).toMatchObject({ pid: 2, instances: new Set(['host-1', 'host-2']) });
    expect(run.said).toEqual([
      expect.stringMatching(
        /^The scorer, process 1, was killed, as was ordered; another one is started .* in (60|59) s/,
      ),
      'Process 2 scores in its place.',
    ]);
    await run.slot.close(7);
    expect([first.closed, second.closed]).toEqual([[], [7]]);
  });

  it('is filled when the time of the order is over, also where nothing more is heard of it', async () => {
    const [first, second] = [scorer(1), scorer(2)];
    await using run = await slotOf(first, second);
    first.end(killed, { id: 'unheard', issuedAt: Date.now(), endsAt: Date.now() + 50 });
    await vi.waitUntil(() => run.slot.pid === 2, PATIENCE);
  });

  it('stays empty while the broker is to be away', async () => {
    const [first, second] = [scorer(1), scorer(2)];
    await using run = await slotOf(first, second);
    const { control } = run;
    const { writer } = run.switches;
    await writer.switchFault('lost-broker', { on: true, by: 'test' });
    const { id, issuedAt } = await writer.switchFault('killed-scorer', { on: true, by: 'test' });
    first.end(killed, { id, issuedAt, endsAt: issuedAt + 60_000 });
    const off = await writer.switchFault('killed-scorer', { on: false, by: 'test' });
    await vi.waitUntil(() => control.state.faults.get('killed-scorer')?.id === off.id, PATIENCE);
    expect(run.slot.isEmpty).toBe(true);
    await writer.switchFault('lost-broker', { on: false, by: 'test' });
    await vi.waitUntil(() => run.slot.pid === 2, PATIENCE);
  });

  it('stays empty while another demo has the broker of all of them away', async () => {
    const [first, second] = [scorer(1), scorer(2)];
    await using run = await slotOf(first, second);
    run.broker.suspend(60_000);
    first.end(killed, { id: 'a', issuedAt: Date.now(), endsAt: Date.now() + 20 });
    const later = await run.switches.writer.switchFault('drift', { on: true, by: 'test' });
    await vi.waitUntil(() => run.control.state.faults.get('drift')?.id === later.id, PATIENCE);
    expect(run.slot.isEmpty).toBe(true);
    run.broker.resume('another');
    await vi.waitUntil(() => run.slot.pid === 2, PATIENCE);
  });

  it('is filled when the broker is back, where it went while another one was starting', async () => {
    const [first, second] = [scorer(1), scorer(2)];
    let starts = 0;
    await using switches = await startEmbeddedSwitches();
    const broker = new OwnBroker({ suspendBroker: () => undefined, resumeBroker: () => undefined });
    const slot = await ScorerSlot.open({
      control: await switches.follower(),
      broker,
      say: () => undefined,
      start: async () => {
        starts += 1;
        if (starts === 1) return first.process;
        if (starts > 2) return second.process;
        broker.suspend(60_000);
        throw new KitError('cluster-unreachable', 'Nobody answers.');
      },
    });
    first.end(killed, { id: 'a', issuedAt: Date.now(), endsAt: Date.now() });
    await vi.waitUntil(() => starts === 2, PATIENCE);
    expect(slot.isEmpty).toBe(true);
    broker.resume('another');
    await vi.waitUntil(() => slot.pid === 2, PATIENCE);
    expect(slot.isEmpty).toBe(false);
  });

  it('is lost where the one in it ends without an order, or no other one can be started', async () => {
    const alone = scorer(1);
    await using lost = await slotOf(alone);
    alone.end(killed);
    await expect(lost.slot.gone).rejects.toBe(killed);
    expect([lost.slot.isEmpty, lost.said]).toEqual([false, []]);

    const last = scorer(1);
    await using run = await slotOf(last);
    last.end(killed, { id: 'a', issuedAt: Date.now(), endsAt: Date.now() });
    await expect(run.slot.gone).rejects.toThrow('Nobody answers.');
  });

  it('is not filled any more when it is closed', async () => {
    const [first, second] = [scorer(1), scorer(2)];
    await using run = await slotOf(first, second);
    first.end(killed, { id: 'a', issuedAt: Date.now(), endsAt: Date.now() + 60_000 });
    await vi.waitUntil(() => run.slot.isEmpty, PATIENCE);
    await run.slot.close(7);
    expect([run.slot.pid, first.closed, second.closed]).toEqual([1, [7], []]);
  });
});
