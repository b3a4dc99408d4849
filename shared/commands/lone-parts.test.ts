import { expect, it } from 'vitest';
import type { PartState } from '#shared/control';
import { loneParts } from './lone-parts.js';

const now = 1_000_000;
const own = { scorers: new Set(['host-2', 'host-4']), producer: 'host-1' };

const part = (role: PartState['role'], instance: string, lastHeardAt = now): [string, PartState] => {
  const nothing = { obeys: [], faults: [], eventTime: null, lap: null, sent: 0, held: 0, injected: 0 };
  return [`${role}/${instance}`, { ...nothing, role, instance, heardAt: lastHeardAt, lastHeardAt }];
};
const scorer = (instance: string, state: 'RUNNING' | 'NOT_RUNNING' = 'RUNNING') => ({ instance, state });

it('are none of the parts that a demo has started itself', () => {
  const parts = new Map([part('supervisor', 'host-1'), part('producer', 'host-1')]);
  expect(loneParts({ own, scorers: [scorer('host-2'), scorer('host-4')], parts, now })).toEqual([]);
});

it('are the scorers and the producers beside them', () => {
  const parts = new Map([part('producer', 'host-1'), part('producer', 'host-8')]);
  expect(loneParts({ own, scorers: [scorer('host-2'), scorer('host-9')], parts, now })).toEqual([
    { what: 'scorer', instance: 'host-9' },
    { what: 'producer', instance: 'host-8' },
  ]);
});

it('are nobody who has ended, or is silent', () => {
  const parts = new Map([part('producer', 'host-8', now - 6_000)]);
  expect(loneParts({ own, scorers: [scorer('host-9', 'NOT_RUNNING')], parts, now })).toEqual([]);
});
