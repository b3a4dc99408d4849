import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '#shared/kafka';

interface Instances {
  readonly ownId: string;
  /** The transactional ids of those that are part of the group. */
  readonly instances: ReadonlySet<string>;
  /** The transaction time-out of the application. */
  readonly timeoutMs: number;
}

/** A gone instance whose transaction can't be ended by then is left to its time-out. */
const FENCED_WITHIN_MS = 5_000;

/**
 * Shuts out those who committed last of what these partitions hold and are no part of the group any more: a killed instance
 * leaves a transaction open, which everybody would wait for until its time is over. Correctness does not hang on it: the
 * group's generation decides who may commit.
 */
export async function fenceGone(
  cluster: Cluster,
  applicationId: string,
  partitions: ReadonlyMap<string, readonly number[]>,
  { ownId, instances, timeoutMs }: Instances,
): Promise<void> {
  // A leader that does not tell who is there is no reason to take all others for gone.
  if (!instances.has(ownId)) return;
  const committers = await cluster.committers(applicationId, partitions);
  const gone = [...committers].filter((id) => id.startsWith(`${applicationId}-`) && !instances.has(id));
  const fenced = gone.map(async (transactionalId) => {
    try {
      const usurper = await cluster.transactionalProducer({ transactionalId, timeoutMs });
      await usurper.close();
    } catch {
      // Whoever may not take it over waits for its time-out.
    }
  });
  await Promise.race([Promise.all(fenced), delay(FENCED_WITHIN_MS, undefined, { ref: false })]);
}
