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

it('is away until the later end where two of them have it away, and for a minute at most', () => {
  const { broker, told } = brokerOfRun();
  broker.suspend(600_000);
  broker.suspend(5_000);
  expect([broker.isAway, told]).toEqual([true, [60_000]]);
  broker.resume();
});
