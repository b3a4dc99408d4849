import { defineTopic } from '#shared/schema';
import type { DemoBasics } from './demo-definition.js';

const topic = (name: string) =>
  defineTopic<object>({ name, partitions: 1, schema: { type: 'record', name: 'Sum', fields: [] } });
const input = topic('sums.inputs');

/** A demo that has topics, and neither data nor a model. */
export const sums: DemoBasics = {
  name: 'sums',
  module: import.meta.url,
  topics: { input, predictions: topic('sums.predictions'), outcomes: topic('sums.outcomes') },
  modelFolder: new URL('no-model/', import.meta.url),
  buildTopology: (builder) => void builder.stream(input).filter(() => true),
  produce: () => [],
  eventTimeSpeed: 1,
  paceInWords: 'as it comes',
};
