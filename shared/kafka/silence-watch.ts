import type { Admin } from 'kafkajs';
import { KitError } from '#shared/errors';
import { within } from './within.js';

const ANSWER_WITHIN_MS = 5_000;

/**
 * Notices that a cluster is gone: its clients connect again for ever without a word. When nothing has been heard for
 * `silentMs`, the cluster is asked; a long rebalance, or a process that was stopped for a while, is no reason to give up.
 */
export class SilenceWatch {
  readonly #timer: NodeJS.Timeout;
  #heardAt = Date.now();
  #asking = false;

  constructor(
    /** What has stopped when the cluster is silent. */
    private readonly what: string,
    private readonly admin: Admin,
    private readonly silentMs: number,
    private readonly onSilence: (reason: KitError) => void,
  ) {
    this.#timer = setInterval(() => void this.#look(), silentMs / 10).unref();
  }

  /** The cluster has answered, or nothing is asked of it. */
  heard(): void {
    this.#heardAt = Date.now();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const heardAt = this.#heardAt;
    if (this.#asking || Date.now() - heardAt < this.silentMs) return;
    this.#asking = true;
    try {
      await within(ANSWER_WITHIN_MS, this.admin.describeCluster(), () => new Error('it does not answer'));
      this.#heardAt = Date.now();
    } catch (error) {
      if (this.#heardAt !== heardAt) return;
      this.stop();
      const seconds = Math.round((Date.now() - heardAt) / 1_000);
      this.onSilence(
        new KitError(
          'cluster-unreachable',
          `${this.what} stopped: nothing was heard from the cluster for ${seconds} s ` +
            `(${KitError.from(error).message}). Check that its brokers are running.`,
          { cause: error },
        ),
      );
    } finally {
      this.#asking = false;
    }
  }
}
