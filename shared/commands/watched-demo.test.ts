import { describe, expect, it } from 'vitest';
import { createMetrics } from '#shared/metrics';
import { defineTopic, type Topic } from '#shared/schema';
import type { DemoBasics } from './demo-definition.js';
import { watchedDemo } from './watched-demo.js';

const topic = (name: string): Topic<{ id: string }> =>
  defineTopic({
    name: `sums.${name}`,
    partitions: 1,
    schema: { type: 'record', name: 'Value', fields: [{ name: 'id', type: 'string' }] },
  });

const [input, table, global, predictions, outcomes] = [
  topic('inputs'),
  topic('rows'),
  topic('countries'),
  topic('predictions'),
  topic('outcomes'),
];

const demo: DemoBasics = {
  name: 'sums',
  module: import.meta.url,
  topics: { input, predictions, outcomes },
  alsoProduces: [table, global],
  modelFolder: new URL('model/', import.meta.url),
  buildTopology: (builder, model) => {
    const countries = builder.globalTable(global);
    builder
      .stream(input)
      .selectKey((_key, { id }) => id)
      .join(builder.table(table, { store: 'rows' }), (left) => left)
      .join(
        countries,
        (_key, { id }) => id,
        (left) => left,
      )
      .score(model)
      .mapValues(({ input: { id } }) => ({ id }))
      .to(predictions);
    builder.stream(input).to(outcomes);
  },
  produce: () => [],
  eventTimeSpeed: 1,
  paceInWords: 'one a second',
};

describe('what is watched of a demo', () => {
  // No cluster is asked for anything here.
  const cluster = {} as Parameters<typeof watchedDemo>[2]['cluster'];
  const watched = (monitoring: boolean) =>
    watchedDemo(
      demo,
      { namespace: 'alice.', monitoring },
      { cluster, topicName: ({ name }) => `alice.${name}` },
      createMetrics('sums'),
    );

  it("are the topics that its scorer reads in its group, without its own between its parts and without a global table's", () => {
    expect(watched(false).groups[0]).toEqual({
      groupId: 'alice.sums.scorer',
      topics: ['alice.sums.inputs', 'alice.sums.rows'],
    });
  });

  it('are the groups of monitoring by what they have committed, for nobody knows from here whether they run', () => {
    expect(watched(false).groups.slice(1)).toEqual([
      { groupId: 'alice.sums.delivery-audit', topics: [] },
      { groupId: 'alice.sums.quality', topics: [] },
      { groupId: 'alice.sums.drift', topics: [] },
    ]);
  });

  it("are the demo's topics, those of monitoring only where it is monitored", () => {
    const names = ['inputs', 'outcomes', 'rows', 'countries', 'predictions', 'status', 'dead-letters'];
    expect(watched(false).topics).toEqual(names.map((name) => `alice.sums.${name}`));
    expect(watched(true).topics).toContain('alice.sums.audit-reports');
  });
});
