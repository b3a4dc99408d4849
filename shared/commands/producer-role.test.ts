import { expect, it } from 'vitest';
import { startRegistry } from '#shared/embedded/registry';
import { connectCluster, type OutgoingRecord } from '#shared/kafka';
import { connectSchemas, defineTopic } from '#shared/schema';
import { startEmbeddedBroker } from '#shared/testing';
import { type DemoBasics, type DemoRecord, demoRecord, type LapOptions } from './demo-definition.js';
import { produceRecords } from './producer-role.js';

const topic = (name: string) =>
  defineTopic<{ id: string }>({
    name,
    partitions: 1,
    schema: { type: 'record', name: 'Input', fields: [{ name: 'id', type: 'string' }] },
  });
const [input, profiles, predictions, outcomes] = [topic('input'), topic('profiles'), topic('out'), topic('outcomes')];

/** Two profiles, and then what is joined with them. */
function* produce({ lap }: LapOptions): Generator<DemoRecord> {
  const at = lap * 1_000;
  for (const id of ['a', 'b']) yield demoRecord(profiles, id, { id }, at);
  for (const id of ['a', 'b', 'a']) yield demoRecord(input, id, { id }, at + 1);
}

it('has written the tables that a lap begins with before it sends what is joined with them', async () => {
  await using broker = await startEmbeddedBroker();
  const registry = await startRegistry({ port: 0 });
  const cluster = await connectCluster({ brokers: [broker.address], clientId: 'test' });
  await cluster.ensureTopics([input, profiles, outcomes].map(({ name }) => ({ name, partitions: 1, config: {} })));
  const sends: string[][] = [];
  const watched = {
    ...cluster,
    async produce() {
      const producer = await cluster.produce();
      return {
        close: () => producer.close(),
        place: (records: readonly OutgoingRecord[]) => producer.place(records),
        written: () => undefined,
        async send(records: readonly OutgoingRecord[]) {
          sends.push(records.map((record) => record.topic));
          await producer.send(records);
          sends.push(['written']);
        },
      };
    },
  };
  const definition = { name: 'demo', topics: { input, predictions, outcomes }, alsoProduces: [profiles], produce };
  await produceRecords(
    definition as Partial<DemoBasics> as DemoBasics,
    { cluster: watched, schemas: connectSchemas({ url: registry.url }), topicName: ({ name }) => name },
    {
      records: 6,
      rate: 0,
      seed: 1,
      monitoring: false,
      run: 'run',
      signal: new AbortController().signal,
      onSent: () => undefined,
    },
  );
  const inputs = ['input', 'input', 'input'];
  expect(sends).toEqual([
    ['profiles', 'profiles'],
    ['written'],
    // What ends a lap goes with what begins the next one: nothing of that is joined with it.
    [...inputs, 'profiles', 'profiles'],
    ['written'],
    inputs,
    ['written'],
  ]);
  await cluster.close();
  await registry.close();
});
