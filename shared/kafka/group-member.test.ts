import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeAll, expect, it, vi } from 'vitest';
import { KitError } from '#shared/errors';
import { describeOnEachKafka, makeTopic } from '#shared/testing';
import {
  type Assignment,
  type Cluster,
  connectCluster,
  type GroupAssignor,
  type GroupMember,
  type GroupOptions,
  type JoinedMember,
  type Share,
} from './index.js';

/** Partitions of one topic in turn to the members, in the order of what they are called; keeps what it was told. */
class InTurn implements GroupAssignor {
  readonly name = 'in-turn';
  readonly version = 1;
  told: readonly JoinedMember[] = [];
  /** Whoever is called so is refused. */
  refused = '';

  constructor(
    readonly called: string,
    private readonly topic: string,
    private readonly count: () => number = () => 4,
  ) {}

  userData(): Buffer {
    return Buffer.from(this.called);
  }

  assign(members: readonly JoinedMember[]): Map<string, Share> {
    this.told = members.toSorted((a, b) => a.userData.compare(b.userData));
    const all = Array.from({ length: this.count() }, (_, partition) => partition);
    return new Map(
      this.told.map(({ memberId, userData }, index) => [
        memberId,
        {
          partitions: new Map([[this.topic, all.filter((partition) => partition % this.told.length === index)]]),
          userData: Buffer.from(userData.toString() === this.refused ? 'not you' : ''),
        },
      ]),
    );
  }

  onShare(userData: Buffer): void {
    if (userData.length > 0) throw new KitError('usage', userData.toString());
  }
}

await describeOnEachKafka('a group member', (kafka) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await connectCluster({ brokers: [kafka.brokers], clientId: 'test' });
    return () => cluster.close();
  });

  const topic = (name: string, partitions = 4): Promise<string> => makeTopic(kafka, cluster, name, partitions);

  interface Joined {
    readonly member: GroupMember;
    readonly assignor: InTurn;
    readonly assigned: Assignment[];
    /** What has happened, in order. */
    readonly log: string[];
  }

  async function join(
    groupId: string,
    name: string,
    called: string,
    more: Partial<GroupOptions> = {},
  ): Promise<Joined> {
    const assignor = new InTurn(called, name);
    const assigned: Assignment[] = [];
    const log: string[] = [];
    const member = await cluster.joinGroup({
      groupId,
      topics: [name],
      assignor,
      onRebalancing: () => {
        log.push('rebalancing');
        return undefined;
      },
      onAssigned: (assignment) => {
        log.push('assigned');
        assigned.push(assignment);
      },
      onLost: ({ message }) => log.push(message),
      ...more,
    });
    return { member, assignor, assigned, log };
  }

  const reads = ({ assigned }: Joined, name: string) => assigned.at(-1)?.get(name);

  it('is given what its own assignor says, which is told of topics and user data', async () => {
    const name = await topic('alone');
    const one = await join(kafka.unique('alone'), name, 'one');
    expect(reads(one, name)).toEqual([0, 1, 2, 3]);
    expect(one.assignor.told).toEqual([
      { memberId: one.member.memberId, topics: [name], userData: Buffer.from('one') },
    ]);
    await one.member.close();
  });

  it('shares with whoever comes, and takes over from whoever leaves', async () => {
    const name = await topic('shared');
    const groupId = kafka.unique('shared');
    const one = await join(groupId, name, 'one');
    const two = await join(groupId, name, 'two');
    await vi.waitFor(() => expect(reads(one, name)).toEqual([0, 2]), 10_000);
    expect(reads(two, name)).toEqual([1, 3]);
    expect(one.log).toEqual(['assigned', 'rebalancing', 'assigned']);
    await one.member.close();
    await vi.waitFor(() => expect(reads(two, name)).toEqual([0, 1, 2, 3]), 10_000);
    await two.member.close();
    expect(one.log).toHaveLength(3);
  });

  it('commits for the group, until a rebalance comes first', async () => {
    const name = await topic('commits');
    const groupId = kafka.unique('commits');
    const one = await join(groupId, name, 'one');
    expect(await one.member.commit(new Map([[name, [1, undefined, 3]]]))).toBe(true);
    expect((await cluster.committedOffsets(groupId, [name])).get(name)).toEqual([1, undefined, 3, undefined]);
    const answers: Promise<boolean>[] = [];
    const two = await join(groupId, name, 'two');
    // As soon as it is told of its new partitions it commits again.
    await vi.waitFor(() => expect(reads(one, name)).toEqual([0, 2]), 10_000);
    answers.push(one.member.commit(new Map([[name, [2]]])), two.member.commit(new Map([[name, [undefined, 5]]])));
    expect(await Promise.all(answers)).toEqual([true, true]);
    expect((await cluster.committedOffsets(groupId, [name])).get(name)).toEqual([2, 5, 3, undefined]);
    await two.member.close();
    await one.member.close();
    expect(await one.member.commit(new Map([[name, [9]]]))).toBe(false);
    expect((await cluster.committedOffsets(groupId, [name])).get(name)?.[0]).toBe(2);
  });

  it('has what it commits while a rebalance begins count', async () => {
    const name = await topic('last-commit');
    const groupId = kafka.unique('last-commit');
    let commit: (() => Promise<boolean>) | undefined;
    const answers: Promise<boolean>[] = [];
    const one = await join(groupId, name, 'one', {
      onRebalancing: () => {
        if (commit !== undefined) answers.push(commit());
      },
    });
    commit = () => one.member.commit(new Map([[name, [4, 4, 4, 4]]]));
    const two = await join(groupId, name, 'two');
    expect(answers).toHaveLength(1);
    expect(await answers[0]).toBe(true);
    expect((await cluster.committedOffsets(groupId, [name])).get(name)).toEqual([4, 4, 4, 4]);
    commit = undefined;
    await Promise.all([one.member.close(), two.member.close()]);
  });

  it('refuses a commit that a rebalance has overtaken', async () => {
    const name = await topic('overtaken');
    const groupId = kafka.unique('overtaken');
    const one = await join(groupId, name, 'one');
    let coming = true;
    let refused = 0;
    const committing = (async () => {
      while (coming) {
        if (!(await one.member.commit(new Map([[name, [1]]])))) refused += 1;
        // What is refused without asking would leave nobody else a turn.
        await nextTurn();
      }
    })();
    for (let time = 0; time < 2; time += 1) await (await join(groupId, name, 'two')).member.close();
    await vi.waitFor(() => expect(reads(one, name)).toEqual([0, 1, 2, 3]), 10_000);
    coming = false;
    await committing;
    expect(refused).toBeGreaterThan(0);
    expect(one.log.at(-1)).toBe('assigned');
    await one.member.close();
  });

  it('shares anew when a topic comes that was missing', async () => {
    const name = kafka.unique('later');
    const one = await join(kafka.unique('later'), name, 'one', { topicsMaxAgeMs: 50 });
    expect(one.log).toEqual(['assigned']);
    await topic('later');
    await vi.waitFor(() => expect(one.log).toEqual(['assigned', 'rebalancing', 'assigned']), 10_000);
    await one.member.close();
  });

  it('goes when it cannot take what the leader tells it, at once when it joins and later', async () => {
    const name = await topic('refused');
    const groupId = kafka.unique('refused');
    const one = await join(groupId, name, 'one');
    one.assignor.refused = 'two';
    await expect(join(groupId, name, 'two')).rejects.toMatchObject({ code: 'usage', message: 'not you' });
    await vi.waitFor(() => expect(reads(one, name)).toEqual([0, 1, 2, 3]), 10_000);
    const three = await join(groupId, name, 'three');
    one.assignor.refused = 'three';
    const four = await join(groupId, name, 'four');
    await vi.waitFor(() => expect(three.log.at(-1)).toBe('not you'), 10_000);
    await vi.waitFor(() => expect(one.assignor.told).toHaveLength(2), 5_000);
    await Promise.all([one.member.close(), three.member.close(), four.member.close()]);
  });

  it('is lost with a reason when its assignor fails', async () => {
    const name = await topic('failing');
    const assignor = new InTurn('one', name, () => {
      throw new Error('no idea');
    });
    await expect(join(kafka.unique('failing'), name, 'one', { assignor })).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('no idea'),
    });
  });
});
