import type { DemoCluster } from './demo-cluster.js';
import { companionTopics, type DemoBasics } from './demo-definition.js';

/** Where the parts of a running demo are: on the page, and in the terminal's first lines. */
export function demoFacts(
  definition: DemoBasics,
  { topicName }: Pick<DemoCluster, 'topicName'>,
  where: {
    readonly mode: 'embedded' | 'cluster';
    readonly brokers: string;
    readonly registry: string;
    readonly guarantee: string;
  },
): Record<string, string> {
  const { input, predictions, outcomes } = definition.topics;
  return {
    Kafka: `${where.brokers} (${where.mode === 'embedded' ? 'embedded' : 'your cluster'})`,
    'Schema Registry': where.registry,
    Input: topicName(input),
    Predictions: topicName(predictions),
    Outcomes: topicName(outcomes),
    'Dead letters': topicName(companionTopics(definition.name).deadLetters),
    Guarantee: where.guarantee.replaceAll('_', ' '),
  };
}
