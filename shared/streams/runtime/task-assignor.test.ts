import { describe, expect, it } from 'vitest';
import { seededRandom } from '#shared/testing';
import { StreamsBuilder } from '../dsl/streams-builder.js';
import { serdes } from '../serde.js';
import { serdeTopic } from '../topics.js';
import { createTaskAssignor, shareTasks } from './task-assignor.js';
import { allTasks } from './task-id.js';

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

describe('a group', () => {
  /** An instance whose sub-topologies read these topics, of two partitions each, one after the other. */
  function instance(memberId: string, topics: readonly string[], owned: readonly string[] = []) {
    const builder = new StreamsBuilder();
    for (const name of topics) {
      builder
        .stream(serdeTopic<string, string>({ name, key: serdes.string, value: serdes.string }))
        .foreach(() => undefined);
    }
    const { subTopologies } = builder.build();
    const told: string[] = [];
    const assignor = createTaskAssignor({
      tasks: () => allTasks(subTopologies, () => 2),
      partitionsOf: ({ subTopology, partition }) => subTopology.sources.map(({ topic }) => [topic.name, partition]),
      owned: () => owned,
      transactionalId: `app-${memberId}`,
      onInstances: (transactionalIds) => told.push(...transactionalIds),
    });
    return { memberId, assignor, topics, told };
  }
  type Instance = ReturnType<typeof instance>;

  /** The first leads. Gives what each reads, or why it goes. */
  function share(instances: readonly Instance[], counts: Record<string, number> = {}) {
    const members = instances.map(({ memberId, assignor, topics }) => ({
      memberId,
      userData: assignor.userData(),
      topics,
    }));
    const shares = instances[0]?.assignor.assign(members, {
      groupId: 'app',
      partitionCounts: new Map(Object.entries(counts)),
    });
    return instances.map(({ memberId, assignor }) => {
      const given = shares?.get(memberId);
      try {
        assignor.onShare?.(given?.userData ?? Buffer.alloc(0));
        return Object.fromEntries(given?.partitions ?? []);
      } catch (error) {
        return error;
      }
    });
  }
  const refused = expect.objectContaining({
    code: 'topology',
    message:
      'The application id app is used by another topology: sub-topology 0 of the instances at work reads a; here it reads b. ' +
      'Stop those instances, or give this one another application id.',
  });

  it('sends a newcomer of another topology away, also one that only numbers its tasks otherwise', () => {
    const old = instance('old', ['a', 'b'], ['0_0', '0_1', '1_0', '1_1']);
    expect(share([old, instance('new', ['b', 'a'])])).toEqual([{ a: [0, 1], b: [0, 1] }, refused]);
    expect(share([old, instance('new', ['b'])])).toEqual([{ a: [0, 1], b: [0, 1] }, refused]);
    expect(share([old, instance('new', ['a', 'b'])])).toEqual([
      { a: [expect.any(Number)], b: [expect.any(Number)] },
      { a: [expect.any(Number)], b: [expect.any(Number)] },
    ]);
  });

  it('tells each member under which transactional ids the others write', () => {
    const instances = [instance('one', ['a']), instance('two', ['a'])];
    share(instances);
    expect(instances.map(({ told }) => told)).toEqual([
      ['app-one', 'app-two'],
      ['app-one', 'app-two'],
    ]);
  });

  it('leaves those at work what they have where the newcomer leads, until it has gone', () => {
    const instances = [instance('new', ['b']), instance('one', ['a'], ['0_0', '0_1']), instance('two', ['a'], ['0_1'])];
    expect(share(instances)).toEqual([refused, { a: [0, 1] }, {}]);
  });

  it('takes members that do not say what their tasks are, or in a way that it does not know', () => {
    const { assignor } = instance('new', ['a']);
    const claims = ['{"tasks":["0_1"]}', '{"tasks":7,"topology":[7],"transactionalId":{}}', 'other'];
    const shares = assignor.assign(
      claims.map((claim, at) => ({ memberId: `m${at}`, userData: Buffer.from(claim), topics: ['a'] })),
      { groupId: 'app', partitionCounts: new Map() },
    );
    expect(shares.get('m0')?.partitions).toEqual(new Map([['a', [1]]]));
    expect([...shares.values()].flatMap(({ partitions }) => partitions.get('a') ?? []).sort((a, b) => a - b)).toEqual([
      0, 1,
    ]);
    for (const told of ['', '7', '{"refusal":{}}', '{"instances":"app-one"}', '{"instances":[1]}', '{'])
      expect(() => assignor.onShare?.(Buffer.from(told))).not.toThrow();
  });

  it('sends every member away that does not know all partitions of a topic', () => {
    const grown = expect.objectContaining({
      code: 'topic-mismatch',
      message: expect.stringContaining('The topic a has 4 partitions now, and had 2 when the application started'),
    });
    expect(share([instance('one', ['a']), instance('two', ['a'])], { a: 4 })).toEqual([grown, grown]);
    expect(share([instance('one', ['a'])], { a: 2 })).toEqual([{ a: [0, 1] }]);
  });
});
