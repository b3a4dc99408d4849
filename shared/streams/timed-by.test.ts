import { expect, it } from 'vitest';
import { createTopologyTestDriver, StreamsBuilder, serdes, serdeTopic, timedBy } from './index.js';

interface Reading {
  readonly at: number;
}

const readings = serdeTopic<string, Reading>({ name: 'readings', key: serdes.string, value: serdes.json<Reading>() });
const copies = serdeTopic<string, Reading>({ name: 'copies', key: serdes.string, value: serdes.json<Reading>() });

it('takes the time of a record from its value, and none from a value that tells none', async () => {
  const builder = new StreamsBuilder();
  builder
    .stream(
      readings,
      timedBy(({ at }: Reading) => at),
    )
    .to(copies);
  const driver = await createTopologyTestDriver(builder.build());
  const values = [{ at: 5 }, {} as Reading, null];
  // The driver takes what the topic may have, a tombstone among it.
  await driver.pipe(
    readings,
    values.map((value) => ({ key: 'a', value: value as Reading, timestamp: 1_000 })),
  );
  expect((await driver.read(copies)).map(({ timestamp }) => timestamp)).toEqual([5, 0, 0]);
});
