import { describe, expect, it } from 'vitest';
import { seededRandom } from '#shared/testing';
import { shareTasks } from './task-assignor.js';

const tasks = (subTopologies: number, partitions: number): string[] =>
  Array.from({ length: subTopologies * partitions }, (_, at) => `${Math.floor(at / partitions)}_${at % partitions}`);

const member = (memberId: string, claims: readonly string[] = []) => ({ memberId, claims });

describe('the sharing of tasks', () => {
  it('gives each member its part of every sub-topology', () => {
    const shares = shareTasks(tasks(2, 4), [member('b'), member('a')]);
    for (const share of shares.values()) {
      expect(share).toHaveLength(4);
      expect(share.filter((task) => task.startsWith('0_'))).toHaveLength(2);
    }
  });

  it('leaves a task with who has it, and takes no more than it must for a newcomer', () => {
    const before = shareTasks(tasks(2, 4), [member('a'), member('b')]);
    const claimants = [...before].map(([memberId, claims]) => member(memberId, claims));
    expect(shareTasks(tasks(2, 4), claimants)).toEqual(before);
    const after = shareTasks(tasks(2, 4), [...claimants, member('c')]);
    const moved = [...before].flatMap(([memberId, share]) =>
      share.filter((task) => !after.get(memberId)?.includes(task)),
    );
    expect(new Set(moved)).toEqual(new Set(after.get('c')));
  });

  it('lets a task that two claim be one member’s, and leaves members without tasks where there are too few', () => {
    const shares = shareTasks(['0_0'], [member('a', ['0_0']), member('b', ['0_0', '9_9'])]);
    expect([...shares.values()].flat()).toEqual(['0_0']);
    expect(shareTasks(['0_0'], [])).toEqual(new Map());
  });

  it('gives every task to one member, and nobody two more than another, whatever is claimed', () => {
    const random = seededRandom(7);
    const below = (limit: number): number => Math.floor(random() * limit);
    for (let round = 0; round < 500; round++) {
      const all = tasks(1 + below(4), 1 + below(9));
      const members = Array.from({ length: 1 + below(6) }, (_, at) =>
        member(
          `m${at}`,
          all.filter(() => random() < 0.3),
        ),
      );
      const shares = [...shareTasks(all, members).values()];
      expect(shares.flat().sort()).toEqual([...all].sort());
      const sizes = shares.map(({ length }) => length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }
  });
});
