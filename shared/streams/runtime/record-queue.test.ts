import { expect, it } from 'vitest';
import type { ConsumedRecord } from '#shared/kafka';
import { StreamsBuilder } from '../dsl/streams-builder.js';
import { serdes } from '../serde.js';
import { serdeTopic } from '../topics.js';
import { RecordQueue } from './record-queue.js';
import { openCodecs } from './topic-codec.js';

const record = (offset: number, value: string): ConsumedRecord => ({
  topic: 'numbers',
  partition: 0,
  offset,
  timestamp: 0,
  key: null,
  value: Buffer.from(value),
  headers: {},
});

it('knows the next offset without a look at the record: one that does not decode is given up when it has its turn', async () => {
  const builder = new StreamsBuilder();
  builder
    .stream(serdeTopic<string, number>({ name: 'numbers', key: serdes.string, value: serdes.json<number>() }))
    .foreach(() => undefined);
  const topology = builder.build();
  const [source] = topology.sources;
  const codec = (await openCodecs(topology, undefined, ({ name }) => name)).get('numbers');
  if (source === undefined || codec === undefined) throw new Error('The topology has a source.');
  const givenUp: number[] = [];
  const queue = new RecordQueue(
    source,
    0,
    codec,
    ({ offset }) => void givenUp.push(offset),
    () => undefined,
  );
  expect(queue.nextOffset).toBeUndefined();

  queue.add([record(5, '{'), record(6, '6')]);
  queue.add([record(9, '9')]);
  // Committed as done, its dead letter would be lost with this process.
  expect(queue.nextOffset).toBe(5);
  expect(givenUp).toEqual([]);

  expect(queue.take()?.record.value).toBe(6);
  expect(givenUp).toEqual([5]);
  expect(queue.nextOffset).toBe(9);
  expect(queue.take()?.record.value).toBe(9);
  expect(queue.nextOffset).toBeUndefined();
});
