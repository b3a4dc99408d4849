import { apis, type InputOf, type ValueOf } from '#shared/wire';
import type { Link } from './link.js';

/** From this version on several groups are asked for at once (KIP-709), and the group's own fields are not there. */
const SEVERAL_GROUPS = 8;

type Request = InputOf<typeof apis.offsetFetch.request>;
type GroupAnswer = Omit<ValueOf<typeof apis.offsetFetch.response>['groups'][number], 'groupId'> & {
  readonly groupId: string;
};

/** A group, and of what it is asked: null for all that it has committed. */
export interface GroupQuestion {
  readonly groupId: string;
  readonly topics: NonNullable<Request['topics']> | null;
}

/**
 * Asks a coordinator what groups have committed: in one request, or in one for each where the broker knows no other.
 * `stable` refuses what a transaction is about to replace, with UNSTABLE_OFFSET_COMMIT (KIP-447).
 */
export async function fetchOffsets(
  coordinator: Link,
  groups: readonly GroupQuestion[],
  { stable, answeredWithinMs }: { readonly stable: boolean; readonly answeredWithinMs?: number },
): Promise<readonly GroupAnswer[]> {
  const ask = (request: Omit<Request, 'requireStable'>) =>
    coordinator.request(apis.offsetFetch, { ...request, requireStable: stable }, answeredWithinMs);
  if (coordinator.versionOf(apis.offsetFetch) >= SEVERAL_GROUPS) {
    const answer = await ask({ groupId: '', topics: [], groups });
    return answer.groups;
  }
  return Promise.all(
    groups.map(async ({ groupId, topics }) => {
      const answer = await ask({ groupId, topics, groups: [] });
      return { groupId, topics: answer.topics, errorCode: answer.errorCode };
    }),
  );
}
