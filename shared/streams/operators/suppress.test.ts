import { expect, it } from 'vitest';
import { createTopologyTestDriver, StreamsBuilder, Suppressed, serdes, serdeTopic } from '../index.js';

const input = serdeTopic<string, string>({ name: 'in', key: serdes.string, value: serdes.string });
const output = serdeTopic<string, number>({ name: 'out', key: serdes.string, value: serdes.json<number>() });

it('keeps headers of its own: those of what was fetched are views of a whole fetch', async () => {
  const builder = new StreamsBuilder();
  builder
    .stream(input)
    .groupByKey()
    .count()
    .suppress(Suppressed.untilTimeLimit(10))
    .toStream()
    .mapValues((count, key) => {
      if (key === 'bad') throw new Error('bad');
      return count ?? 0;
    })
    .to(output);
  const driver = await createTopologyTestDriver(builder.build(), { deadLetterTopic: 'dead' });
  const fetched = Buffer.from('fetched');
  const headers = { trace: fetched, spans: [fetched.subarray(0, 1), fetched.subarray(1, 2)] };
  await driver.pipe(input, [
    { key: 'k', value: 'x', timestamp: 1, headers },
    { key: 'bad', value: 'x', timestamp: 1, headers },
  ]);
  fetched.fill('x');
  await driver.pipe(input, [{ key: 'later', value: 'x', timestamp: 20 }]);
  const own = { trace: Buffer.from('fetched'), spans: [Buffer.from('f'), Buffer.from('e')] };
  expect((await driver.read(output)).map((record) => [record.key, record.headers])).toEqual([['k', own]]);
  expect(driver.readDeadLetters().map(({ record }) => record.headers)).toMatchObject([own]);
});
