import { expect } from 'vitest';
import type { KafkaUnderTest, WireClient } from '#shared/testing';
import { apis, errorCode, type InputOf } from '#shared/wire';
import { whenReady } from './ask.contract.js';

let groups = 0;

/** The name of a group that no other test has; its coordinator is ready. */
export async function newGroup(kafka: KafkaUnderTest, client: WireClient): Promise<string> {
  groups += 1;
  const key = kafka.unique(`group-${groups}`);
  // Apache Kafka makes the topic of all offsets when somebody asks for a coordinator, and loads it then.
  await whenReady(() => client.request(apis.findCoordinator, 3, { key, keyType: 0 }));
  await whenReady(() => client.request(apis.offsetFetch, 5, { groupId: key, topics: null }));
  return key;
}

/** What a member joins with; protocols by their names, each with its metadata. */
export interface Joining {
  readonly memberId?: string;
  readonly groupInstanceId?: string | null;
  readonly sessionTimeoutMs?: number;
  readonly rebalanceTimeoutMs?: number;
  readonly protocolType?: string;
  readonly protocols?: Readonly<Record<string, string | Buffer>>;
}

/** JoinGroup, once. */
export function join(client: WireClient, groupId: string, joining: Joining = {}, version = 7) {
  const { protocols = { range: 'm' }, ...rest } = joining;
  return client.request(apis.joinGroup, version, {
    groupId,
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    memberId: '',
    groupInstanceId: null,
    protocolType: 'consumer',
    protocols: Object.entries(protocols).map(([name, metadata]) => ({ name, metadata: Buffer.from(metadata) })),
    ...rest,
  });
}

/** JoinGroup as clients since KIP-394 do it: once to be told an id, once with it. */
export async function joinTwice(client: WireClient, groupId: string, joining: Joining = {}) {
  const told = await join(client, groupId, joining);
  return told.errorCode === errorCode.memberIdRequired
    ? join(client, groupId, { ...joining, memberId: told.memberId })
    : told;
}

/** A member in one generation. */
export class GroupMember {
  constructor(
    readonly client: WireClient,
    readonly group: string,
    readonly id: string,
    readonly generationId: number,
    readonly joining: Joining = {},
  ) {}

  static async join(client: WireClient, group: string, joining: Joining = {}): Promise<GroupMember> {
    const joined = await joinTwice(client, group, joining);
    expect(joined.errorCode).toBe(errorCode.none);
    return new GroupMember(client, group, joined.memberId, joined.generationId, joining);
  }

  /** One that leads a stable group, and is assigned 'all'. */
  static async startGroup(client: WireClient, group: string, joining: Joining = {}): Promise<GroupMember> {
    const member = await GroupMember.join(client, group, joining);
    expect(await member.assign({ [member.id]: 'all' })).toMatchObject({ errorCode: errorCode.none, assignment: 'all' });
    return member;
  }

  /** Joins again, as a heartbeat has told it to. */
  rejoin(joining: Joining = {}) {
    return join(this.client, this.group, { ...this.joining, ...joining, memberId: this.id });
  }

  /** SyncGroup, with the assignments that a leader brings. */
  async assign(
    assignments: Readonly<Record<string, string>> = {},
    { version = 3, ...asked }: Partial<InputOf<typeof apis.syncGroup.request>> & { readonly version?: number } = {},
  ) {
    const answer = await this.client.request(apis.syncGroup, version, {
      groupId: this.group,
      generationId: this.generationId,
      memberId: this.id,
      groupInstanceId: this.joining.groupInstanceId ?? null,
      assignments: Object.entries(assignments).map(([memberId, text]) => ({ memberId, assignment: Buffer.from(text) })),
      ...asked,
    });
    return { ...answer, assignment: String(answer.assignment) };
  }

  async heartbeat({
    memberId = this.id,
    generationId = this.generationId,
    groupInstanceId = this.joining.groupInstanceId ?? null,
  } = {}): Promise<number> {
    const asked = { groupId: this.group, generationId, memberId, groupInstanceId };
    return (await this.client.request(apis.heartbeat, 3, asked)).errorCode;
  }

  /** LeaveGroup, by its id. */
  async leave(): Promise<number | undefined> {
    const members = [{ memberId: this.id, groupInstanceId: this.joining.groupInstanceId ?? null }];
    return (await this.client.request(apis.leaveGroup, 3, { groupId: this.group, members })).members[0]?.errorCode;
  }
}

/** DescribeGroups of one group, metadata and assignments as text. */
export async function describeGroup(client: WireClient, groupId: string, version = 5) {
  const [group] = (await client.request(apis.describeGroups, version, { groups: [groupId] })).groups;
  const members = group?.members.map((member) => ({
    ...member,
    memberMetadata: String(member.memberMetadata),
    memberAssignment: String(member.memberAssignment),
  }));
  return { ...group, members };
}

export const stateOf = async (client: WireClient, groupId: string) => (await describeGroup(client, groupId)).groupState;

/** OffsetCommit of one partition: an error code. */
export async function commitOffset(
  client: WireClient,
  groupId: string,
  topic: string,
  committedOffset: number,
  {
    version = 7,
    partition = 0,
    generationId = -1,
    memberId = '',
    groupInstanceId = null as string | null,
    leaderEpoch = -1,
    metadata = 'm' as string | null,
  } = {},
): Promise<number | undefined> {
  const answer = await client.request(apis.offsetCommit, version, {
    groupId,
    generationIdOrMemberEpoch: generationId,
    memberId,
    groupInstanceId,
    topics: [
      {
        name: topic,
        partitions: [
          {
            partitionIndex: partition,
            committedOffset,
            committedLeaderEpoch: leaderEpoch,
            committedMetadata: metadata,
          },
        ],
      },
    ],
  });
  return answer.topics[0]?.partitions[0]?.errorCode;
}

/** OffsetFetch of one partition. */
export async function committedOffset(
  client: WireClient,
  groupId: string,
  topic: string,
  { partition = 0, requireStable = false } = {},
) {
  const answer = await client.request(apis.offsetFetch, 7, {
    groupId,
    topics: [{ name: topic, partitionIndexes: [partition] }],
    requireStable,
  });
  return answer.topics[0]?.partitions[0];
}
