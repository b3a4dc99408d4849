import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { KitError } from '#shared/errors';
import { type OpenDiskStores, openDiskStores } from '../stores/disk/disk-stores.js';

/** Where a task's stores stand in their changelogs: the next offsets, by the names of the stores. */
export type Checkpoint = ReadonlyMap<string, number>;

/** A folder that another instance on this machine is just giving up is waited for so long. */
const TAKEN_OVER_WITHIN_MS = 10_000;
const AGAIN_MS = 50;
/** Keys that wait in memory, at most, before they are written. */
export const MAX_PENDING_WRITES = 10_000;

/**
 * The folders of the tasks of an instance, in `stateDir`/application id/task. They hold what is committed, never more: a
 * process that is killed finds its stores as they were at a commit, and restores what came after.
 */
export class TaskDisks {
  readonly #folder: string | undefined;
  readonly #open = new Map<string, OpenDiskStores>();

  constructor(stateDir: string | undefined, applicationId: string) {
    this.#folder = stateDir === undefined ? undefined : join(stateDir, applicationId);
  }

  /**
   * Opens a task's folder and what `open` opens in it.
   * @throws KitError 'state-store' where another process has it for longer than a hand-over takes, or it cannot be written to.
   */
  async open<T>(task: string, open: (disk: OpenDiskStores | undefined) => T): Promise<T> {
    if (this.#folder === undefined) return open(undefined);
    const deadline = performance.now() + TAKEN_OVER_WITHIN_MS;
    for (;;) {
      const disk = openDiskStores(join(this.#folder, task));
      try {
        const opened = open(disk);
        this.#open.set(task, disk);
        return opened;
      } catch (error) {
        await disk.close();
        const isTaken = error instanceof KitError && error.code === 'state-store' && performance.now() < deadline;
        if (!isTaken) throw error;
        await delay(AGAIN_MS);
      }
    }
  }

  of(task: string): OpenDiskStores | undefined {
    return this.#open.get(task);
  }

  /** Closes a task's folder: with its newest contents where these are what `checkpoint` says, else as it was last written. */
  async close(task: string, checkpoint?: Checkpoint): Promise<void> {
    const disk = this.#open.get(task);
    this.#open.delete(task);
    if (checkpoint === undefined) await disk?.close();
    else await disk?.closeClean(checkpoint);
  }
}
