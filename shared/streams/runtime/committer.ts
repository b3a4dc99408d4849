import { KitError } from '#shared/errors';
import type { GroupMember, PartialOffsets, TopicPartition } from '#shared/kafka';
import type { Work } from './work.js';

/** Sends what the tasks of an instance put out, and makes it final together with what they have consumed. */
export interface Committer {
  /** Before any task is taken: whoever wrote as this one before is shut out. */
  begin(): Promise<void>;
  /** Sends what the tasks have put out; waits where much is on its way already. */
  send(works: readonly Work[]): Promise<void>;
  /** Begins to commit what is processed; gives whether it may. */
  commit(works: readonly Work[], member: GroupMember): Promise<boolean>;
  /** At once, for the member joins anew after this: what needs nothing more to be written. */
  commitAcknowledged(works: readonly Work[], member: GroupMember): void;
  /** Writes stores on disk. Nothing is processed meanwhile: what they hold is what is committed. */
  persist(works: readonly Work[], options: { readonly always: boolean }): Promise<void>;
  /** Whether a commit is on its way, beside which work goes on. */
  readonly isCommitting: boolean;
  /** Waits for what is on its way. */
  settle(): Promise<void>;
  /** Begins anew after a failure: what was not committed by then never is. */
  renew(): Promise<void>;
  close(): Promise<void>;
}

export interface CommitterOptions {
  /**
   * The group has given this member other partitions, which are not put into effect yet, or has thrown it out: another
   * member may have the tasks, and be further on.
   */
  readonly isReassigned: () => boolean;
  /** Told how long it took from the decision on, milliseconds. */
  readonly onCommitted: (offsets: PartialOffsets, works: readonly Work[], tookMs: number) => void;
}

/** Writes the stores on disk of tasks that hold what is committed. */
export function persistStores(
  works: readonly Work[],
  always: boolean,
  written: (partition: TopicPartition) => number | undefined,
): void {
  for (const { persist, failure } of works) if (failure === undefined) persist?.({ always, written });
}

/** These tasks must begin anew. */
export function fail(works: readonly Work[], error: unknown): void {
  for (const work of works) {
    work.failure ??= KitError.from(error, 'cluster-unreachable', `Committing the task ${work.active.name}`);
  }
}
