import { setTimeout as delay } from 'node:timers/promises';
import { KitError } from '#shared/errors';
import { connectCluster } from '#shared/kafka';

/**
 * Resolves when a client can connect and have a topic made: a KRaft broker that has just started listens for a moment
 * before the controller gives it partitions.
 * @throws KitError of the last attempt when `deadline` is over.
 */
export async function untilServing(brokers: string, deadline: AbortSignal): Promise<void> {
  for (;;) {
    try {
      const cluster = await connectCluster({ brokers: [brokers], clientId: 'until-serving' });
      try {
        await cluster.ensureTopics([{ name: 'serving', partitions: 1, config: {} }]);
        return;
      } finally {
        await cluster.close();
      }
    } catch (error) {
      if (deadline.aborted) throw KitError.from(error);
    }
    await delay(100);
  }
}
