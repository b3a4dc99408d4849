import { KitError } from '#shared/errors';
import { apis } from '#shared/wire';
import type { Nodes } from './nodes.js';
import { errorCode, Refusal } from './refusal.js';

const GONE: ReadonlySet<number> = new Set([errorCode.none, errorCode.groupIdNotFound]);

/** Deletes groups with what they have committed; one that is not there is gone already. */
export async function deleteGroups(nodes: Nodes, groupIds: readonly string[]): Promise<void> {
  await Promise.all(groupIds.map((groupId) => deleteGroup(nodes, groupId)));
}

async function deleteGroup(nodes: Nodes, groupId: string): Promise<void> {
  const doing = `Deleting the group ${groupId}`;
  await nodes.insistOnCoordinator(doing, 'group', groupId, async (coordinator) => {
    const { results } = await coordinator.request(apis.deleteGroups, { groupsNames: [groupId] });
    const code = results[0]?.errorCode ?? errorCode.unknownServerError;
    if (GONE.has(code)) return;
    if (code === errorCode.nonEmptyGroup) {
      throw new KitError('run-failed', `${doing}: it has members; end them first.`);
    }
    const refusal = new Refusal(code);
    if (refusal.isPassing) throw refusal;
    throw new KitError('run-failed', `${doing}: the cluster refuses it (${refusal.message}).`);
  });
}
