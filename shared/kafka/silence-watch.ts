import type { Admin, Consumer } from 'kafkajs';
import { KitError } from '#shared/errors';
import { within } from './within.js';

const ANSWER_WITHIN_MS = 5_000;

/**
 * Notices that a cluster is gone: kafkajs connects again for ever without a word. When a member has had neither a fetch
 * nor a heartbeat answered for `silentMs`, the cluster is asked; a long rebalance, or a process that was stopped for a
 * while, is no reason to give up.
 */
export class SilenceWatch {
  readonly #timer: NodeJS.Timeout;
  #heardAt = Date.now();
  #asking = false;

  constructor(
    consumer: Consumer,
    private readonly admin: Admin,
    private readonly silentMs: number,
    private readonly onSilence: (reason: KitError) => void,
  ) {
    const heard = (): void => {
      this.#heardAt = Date.now();
    };
    for (const event of ['FETCH', 'HEARTBEAT', 'GROUP_JOIN'] as const) consumer.on(consumer.events[event], heard);
    this.#timer = setInterval(() => void this.#look(), silentMs / 10).unref();
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
          `Reading from Kafka stopped: nothing was heard from the cluster for ${seconds} s ` +
            `(${KitError.from(error).message}). Check that its brokers are running.`,
          { cause: error },
        ),
      );
    } finally {
      this.#asking = false;
    }
  }
}
