import { KitError } from '#shared/errors';
import type { Topic } from '#shared/schema';
import { type BatchScorer, StreamsBuilder } from '#shared/streams';
import type { DemoBasics } from './demo-definition.js';

/** What a topology reads does not depend on the model. */
const noModel: BatchScorer<object> = {
  name: 'none',
  version: '0',
  score: () => Promise.reject(new KitError('internal', 'A topology that is only looked at was given rows to score.')),
};

/** The topics of others that a demo's scorer reads as a member of its group, each once; its internal topics are not among them. */
export function scorerSources(definition: Pick<DemoBasics, 'buildTopology'>): readonly Pick<Topic<unknown>, 'name'>[] {
  const builder = new StreamsBuilder();
  definition.buildTopology(builder, noModel);
  const topology = builder.build();
  const own = new Set(topology.repartitionTopics);
  const read = topology.sources.map(({ topic }) => topic).filter((topic) => !own.has(topic));
  return [...new Map(read.map((topic) => [topic.name, topic])).values()];
}
