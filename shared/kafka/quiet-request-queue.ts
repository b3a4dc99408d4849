import { createRequire } from 'node:module';
import { KitError } from '#shared/errors';

/** What is used here of kafkajs 2.2.4's src/network/requestQueue. */
interface RequestQueue {
  pending: unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

/** kafkajs looks so often whether a request that had to wait can go. */
const CHECK_MS = 10;

/**
 * Makes kafkajs's request queues wait for something: as they are, each connection re-arms a timer of one millisecond for
 * ever, which is 4 % of a core in an idle process. Requests that are held back are looked after as before.
 * @throws KitError 'internal' when kafkajs is not built as it was: its version is pinned.
 */
export function quietRequestQueues(): void {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as {
    prototype: RequestQueue;
  };
  if (typeof prototype.scheduleCheckPendingRequests !== 'function') {
    throw new KitError('internal', 'kafkajs is another version than the 2.2.4 that its request queue is mended for.');
  }
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    const throttledMs = this.throttledUntil - Date.now();
    if (this.throttleCheckTimeoutId !== null || (throttledMs <= 0 && this.pending.length === 0)) return;
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttledMs > 0 ? throttledMs : CHECK_MS,
    );
  };
}
