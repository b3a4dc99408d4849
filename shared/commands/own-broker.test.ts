import { expect, it, vi } from 'vitest';
import { OwnBroker } from './own-broker.js';

/** A broker, and what its thread was told; that it goes and comes is embedded-pair.test.ts. */
function brokerOfRun() {
  const told: (number | 'resume')[] = [];
  const broker = new OwnBroker({
    suspendBroker: (ms) => told.push(ms),
    resumeBroker: () => told.push('resume'),
  });
  const back: (string | undefined)[] = [];
  broker.onBack((by) => back.push(by));
  return { broker, told, back };
}

it('is away until its time is over, and says so to all that share it', async () => {
  const { broker, told, back } = brokerOfRun();
  expect(broker.isAway).toBe(false);
  broker.suspend(50);
  expect([broker.isAway, told, back]).toEqual([true, [50], []]);
  await vi.waitUntil(() => !broker.isAway);
  expect([told, back]).toEqual([[50], [undefined]]);
});

it('is back when one of them asks for it, with its name', () => {
  const { broker, told, back } = brokerOfRun();
  broker.suspend(60_000);
  broker.resume('churn');
  expect([broker.isAway, told, back]).toEqual([false, [60_000, 'resume'], ['churn']]);
});

it('is said to be going from when that is announced, until it is back', async () => {
  const { broker, told } = brokerOfRun();
  const said: string[] = [];
  broker.onGoing(async (by) => void said.push(by));
  // One that cannot say so, as its own topic does not answer, holds up nobody.
  broker.onGoing(() => Promise.reject(new Error('Nobody answers.')));
  await broker.announce('churn', Date.now() + 60_000);
  expect([broker.isGoing, broker.isAway, said, told]).toEqual([true, false, ['churn'], []]);
  broker.suspend(60_000);
  expect([broker.isGoing, broker.isAway]).toEqual([true, true]);
  broker.resume('titanic');
  expect([broker.isGoing, broker.isAway]).toEqual([false, false]);
});

it('is away until the later end where two of them have it away, and for a minute at most', () => {
  const { broker, told } = brokerOfRun();
  broker.suspend(600_000);
  broker.suspend(5_000);
  expect([broker.isAway, told]).toEqual([true, [60_000]]);
  broker.resume();
});
