import type { Cluster } from '#shared/kafka';
import type { KafkaUnderTest } from './each-kafka.js';

/** Makes a topic of a test's own, and gives its name. */
export async function makeTopic(
  kafka: KafkaUnderTest,
  cluster: Cluster,
  name: string,
  partitions = 1,
): Promise<string> {
  const unique = kafka.unique(name);
  await cluster.ensureTopics([{ name: unique, partitions, config: {} }]);
  return unique;
}
