import type { Topic } from '#shared/schema';
import { type Scorer, StreamsBuilder } from '#shared/streams';
import { type DemoBasics, producedTopics } from './demo-definition.js';

/** What a topology reads does not depend on the model: here none scores. */
const noModel: Scorer<object> = { name: 'none', version: '0', score: () => Promise.resolve([]) };

/**
 * The topics whose delivery is audited: those that a demo's producer writes and the tasks of its scorer read. What is
 * produced for others, such as outcomes that only the page reads, would be in flight for ever.
 */
export function auditedTopics(definition: DemoBasics): readonly Topic<unknown>[] {
  const builder = new StreamsBuilder();
  definition.buildTopology(builder, noModel);
  const read = new Set(builder.build().sources.map(({ topic }) => topic.name));
  return producedTopics(definition).filter(({ name }) => read.has(name));
}
