import { expect, it } from 'vitest';
import { createTopologyTestDriver, type Key, StreamsBuilder, serdes, serdeTopic } from '#shared/streams';
import { LabelJoin, WAITING, waitingStore } from './label-join.js';
import type { Side } from './labelled.js';
import type { LabelledBy } from './quality-reporter.js';

const sides = serdeTopic<Key, Side>({ name: 'sides', key: serdes.string, value: serdes.json<Side>() });
const labelled = serdeTopic<Key, LabelledBy>({
  name: 'labelled',
  key: serdes.string,
  value: serdes.json<LabelledBy>(),
});

it('gives up what has waited longest where too many wait, whichever side it is', async () => {
  const builder = new StreamsBuilder();
  builder.addStateStore(waitingStore);
  builder
    .stream(sides)
    .process(() => new LabelJoin(2), { stores: [WAITING] })
    .to(labelled);
  const driver = await createTopologyTestDriver(builder.build());
  const said: Side = { said: [{ modelName: 'glm', modelVersion: '1', score: 0.5, decision: 'late' }] };
  const known: Side = { known: { positive: true, firstLap: true, counts: true } };
  const pipe = (...all: readonly (readonly [string, Side])[]): Promise<void> =>
    driver.pipe(
      sides,
      all.map(([key, value]) => ({ key, value, timestamp: 1 })),
    );
  await pipe(['a', said], ['b', known], ['c', said], ['b', said], ['c', known], ['a', known]);
  // When c came a was given up.
  expect((await driver.read(labelled)).map(({ key }) => key)).toEqual(['b', 'c']);
  expect([...driver.keyValueStore<string, unknown>(WAITING).all()].map(([id]) => id)).toEqual(['a']);
});
