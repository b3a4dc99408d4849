import { expect, it } from 'vitest';
import { KitError } from '#shared/errors';
import { createTopologyTestDriver, StreamsBuilder, serdes, serdeTopic } from '../index.js';

const input = serdeTopic<string, string>({ name: 'in', key: serdes.string, value: serdes.string });
const output = serdeTopic<string, string>({ name: 'out', key: serdes.string, value: serdes.string });

it.each([1, 2, 5])('dead letters lie in the order of their inputs, in chunks of %i', async (chunk) => {
  const builder = new StreamsBuilder();
  builder
    .stream(input, {
      timestampExtractor: ({ value, timestamp }) => (value === 'undated' ? Number.NaN : timestamp),
    })
    .mapValues((value) => {
      if (value === 'unmapped') throw new Error('unmapped');
      return value;
    })
    .mapBatch(async (records) =>
      records.map(({ value }) => (value === 'unscored' ? new KitError('record-unscorable', 'unscored') : value)),
    )
    .to(output);
  const driver = await createTopologyTestDriver(builder.build(), { deadLetterTopic: 'dead' });
  const values = ['unscored', 'unmapped', 'unscored', 'undated', 'fine'];
  for (let from = 0; from < values.length; from += chunk) {
    const records = values.slice(from, from + chunk).map((value) => ({ key: 'k', value, timestamp: 1 }));
    await driver.pipe(input, records);
  }
  expect(driver.readDeadLetters().map(({ reason }) => [reason?.offset, reason?.code])).toEqual([
    [0, 'record-unscorable'],
    [1, 'record-unprocessable'],
    [2, 'record-unscorable'],
    [3, 'record-undecodable'],
  ]);
  expect((await driver.read(output)).map(({ value }) => value)).toEqual(['fine']);
});
