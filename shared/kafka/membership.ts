import type { Consumer } from 'kafkajs';
import { KitError } from '#shared/errors';

/** Whether a consumer is in its group: run() resolves without that where the coordinator was not ready, as it is not at first. */
export class Membership {
  holds = false;
  /** Why kafkajs started anew the last time: it does so for ever where that may help. */
  latestCrash: Error | undefined;
  /** Resolves when the group was joined for the first time, rejects when kafkajs gives up. */
  readonly begun: Promise<void>;

  constructor(consumer: Consumer) {
    this.begun = new Promise((resolve, reject) => {
      consumer.on(consumer.events.GROUP_JOIN, () => {
        this.holds = true;
        resolve();
      });
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        this.latestCrash = payload.error;
        if (!payload.restart) reject(lost(payload.error));
      });
    });
    // Whoever waits gets the reason; connecting may fail before anybody does.
    this.begun.catch(() => undefined);
    consumer.on(consumer.events.STOP, () => {
      this.holds = false;
    });
  }
}

export function lost(error: unknown): KitError {
  return KitError.from(error, 'cluster-unreachable', 'Reading from Kafka stopped');
}
