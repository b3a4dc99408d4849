import { setTimeout as delay } from 'node:timers/promises';

/** A transaction is given up after ten seconds, and a task may have several calls in one. */
export const MAX_CALL_DELAY_MS = 3_000;

/** Holds up each call of a model for so long, without work: what a model that is slow does to a stream can be seen by it. */
export class CallDelay {
  #ms = 0;
  #ended = new AbortController();

  /** From the next call on, at most 3,000 ms; 0 ends it, also for the calls that are held up. */
  set(ms: number): void {
    this.#ms = Math.min(Math.max(ms, 0), MAX_CALL_DELAY_MS);
    if (this.#ms > 0) return;
    this.#ended.abort();
    this.#ended = new AbortController();
  }

  /** Resolves when a call that begins now may go on; undefined where nothing holds it up. */
  readonly wait = (): Promise<void> | undefined => {
    if (this.#ms === 0) return undefined;
    const { signal } = this.#ended;
    return delay(this.#ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  };
}
