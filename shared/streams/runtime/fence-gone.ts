import type { Cluster } from '#shared/kafka';

/**
 * Shuts out those who committed last of what these partitions hold and are no part of the group any more: a killed instance
 * leaves a transaction open, which everybody would wait for until its time is over. Correctness does not hang on it: the
 * group's generation decides who may commit. `instances`: the transactional ids of those that are part of the group.
 */
export async function fenceGone(
  cluster: Cluster,
  applicationId: string,
  partitions: ReadonlyMap<string, readonly number[]>,
  instances: ReadonlySet<string>,
): Promise<void> {
  const committers = await cluster.committers(applicationId, partitions);
  const gone = [...committers].filter((id) => id.startsWith(`${applicationId}-`) && !instances.has(id));
  await Promise.all(
    gone.map(async (transactionalId) => {
      try {
        const usurper = await cluster.transactionalProducer({ transactionalId });
        await usurper.close();
      } catch {
        // It may not be this application's any more, or nobody may take it over: then its time decides.
      }
    }),
  );
}
