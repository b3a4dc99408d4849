import { describe, expect, it, vi } from 'vitest';
import { startEmbeddedSwitches } from '#shared/testing';
import { type KillOrder, ScorerFaults } from './scorer-faults.js';

const PATIENCE = { timeout: 20_000 };

/** A demo's control topic, and scorers that obey it, which cannot be killed in the process of a test. */
async function switches() {
  const embedded = await startEmbeddedSwitches();
  return {
    switched: async (name: 'slow-scorer' | 'killed-scorer', on: boolean, target?: string) =>
      embedded.writer.switchFault(name, { on, by: 'test', ...(target !== undefined && { target }) }),
    async scorer(instance: string) {
      const follower = await embedded.follower();
      const seen = { slowedMs: [] as number[], heartbeats: [] as (readonly string[])[], deaths: [] as KillOrder[] };
      let known: ScorerFaults | undefined;
      const faults = new ScorerFaults(follower, {
        instance,
        slowDown: (ms) => seen.slowedMs.push(ms),
        beat: async () => void seen.heartbeats.push(known?.obeys ?? []),
        die: (order) => seen.deaths.push(order),
      });
      known = faults;
      const obeys = (id: string) => vi.waitUntil(() => faults.obeys.includes(id), PATIENCE);
      return { ...seen, faults, obeys };
    },
    [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose](),
  };
}

describe('a scorer', () => {
  it('is slow from when that is switched on until it is switched off, and says at once what it obeys', async () => {
    await using demo = await switches();
    const { slowedMs, heartbeats, obeys } = await demo.scorer('host-1');
    expect([slowedMs, heartbeats]).toEqual([[0], []]);
    const on = await demo.switched('slow-scorer', true);
    await obeys(on.id);
    expect([slowedMs.at(-1), heartbeats.at(-1)]).toEqual([1_500, [on.id]]);
    const late = await demo.scorer('host-2');
    expect([late.slowedMs, late.faults.obeys]).toEqual([[1_500], [on.id]]);
    const off = await demo.switched('slow-scorer', false);
    await Promise.all([obeys(off.id), late.obeys(off.id)]);
    expect([slowedMs.at(-1), late.slowedMs.at(-1), heartbeats.at(-1)]).toEqual([0, 0, [off.id]]);
  });

  it('goes on as fast as it can where another one is to be slow, and when it ends', async () => {
    await using demo = await switches();
    const [meant, other] = [await demo.scorer('host-1'), await demo.scorer('host-2')];
    const { id } = await demo.switched('slow-scorer', true, 'host-1');
    await Promise.all([meant.obeys(id), other.obeys(id)]);
    expect(other.slowedMs).toEqual(other.slowedMs.map(() => 0));
    expect(meant.slowedMs.at(-1)).toBe(1_500);
    meant.faults.close();
    expect(meant.slowedMs.at(-1)).toBe(0);
  });

  it('is killed by an order that names it, after a last heartbeat, and no other one is', async () => {
    await using demo = await switches();
    const [meant, other] = [await demo.scorer('host-1'), await demo.scorer('host-2')];
    const { id, issuedAt } = await demo.switched('killed-scorer', true, 'host-1');
    await vi.waitUntil(() => meant.deaths.length > 0, PATIENCE);
    expect(meant.deaths).toEqual([{ id, issuedAt, endsAt: expect.any(Number) }]);
    expect(meant.deaths[0]?.endsAt).toBeGreaterThanOrEqual(issuedAt + 60_000);
    expect(meant.heartbeats).toEqual([[id]]);
    await other.obeys(id);
    expect(other.deaths).toEqual([]);
  });

  it('is killed by no order that names nobody, or is as old as its start', async () => {
    await using demo = await switches();
    await demo.switched('killed-scorer', true, 'host-1');
    const successor = await demo.scorer('host-1');
    const { id } = await demo.switched('killed-scorer', true);
    await successor.obeys(id);
    expect(successor.deaths).toEqual([]);
  });
});
