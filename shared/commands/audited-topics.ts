import type { Topic } from '#shared/schema';
import { type DemoBasics, producedTopics } from './demo-definition.js';
import { scorerSources } from './scorer-sources.js';

/**
 * The topics whose delivery is audited: those that a demo's producer writes and the tasks of its scorer read. What is
 * produced for others, such as outcomes that only the page reads, would be in flight for ever.
 */
export function auditedTopics(definition: DemoBasics): readonly Topic<unknown>[] {
  const read = new Set(scorerSources(definition).map(({ name }) => name));
  return producedTopics(definition).filter(({ name }) => read.has(name));
}
