import {
  createTopologyTestDriver,
  StreamsBuilder,
  serdes,
  serdeTopic,
  type TestRecord,
  TimeWindows,
} from '#shared/streams';
import { say } from '../harness/said.js';
import { measured } from './measured.js';

// Operators in the test driver, without a broker: operators.js NAME AMOUNT. With --expose-gc it tells what is left in memory
// after each tenth.

const input = serdeTopic({ name: 'clicks', key: serdes.string, value: serdes.long });
const output = serdeTopic({ name: 'updates', key: serdes.string, value: serdes.long });
const people = serdeTopic({ name: 'people', key: serdes.string, value: serdes.long });

const KEYS = 1_000;
const CHUNK = 1_000;
const WINDOW_MS = 60_000;
const MARKS = 10;
const keys = Array.from({ length: KEYS }, (_, index) => `user-${index}`);

/** Each gives one output for each input, or for every second. */
const topologies: Readonly<
  Record<string, { readonly build: (builder: StreamsBuilder) => void; readonly share: number }>
> = {
  'pass-through': { share: 1, build: (builder) => builder.stream(input).to(output) },
  'filter-map': {
    share: 1 / 2,
    build: (builder) =>
      builder
        .stream(input)
        .filter((_key, value) => value % 2 === 0)
        .mapValues((value) => value + 1)
        .to(output),
  },
  'table-join': {
    share: 1,
    build: (builder) =>
      builder
        .stream(input)
        .join(builder.table(people, { store: 'people' }), (click, person) => click + person)
        .to(output),
  },
  count: {
    share: 1,
    build: (builder) => builder.stream(input).groupByKey().count({ store: 'counted' }).toStream().to(output),
  },
  'windowed-count': {
    share: 1,
    build: (builder) =>
      builder
        .stream(input)
        .groupByKey()
        .windowedBy(TimeWindows.ofSizeWithNoGrace(WINDOW_MS))
        .count({ store: 'counted' })
        .toStream()
        .selectKey((windowed) => windowed.key)
        .to(output),
  },
};

const [name = '', amount = ''] = process.argv.slice(2);
const chosen = topologies[name];
if (chosen === undefined) throw new Error(`"${name}" is no topology; ${Object.keys(topologies).join(', ')} are.`);
const builder = new StreamsBuilder();
chosen.build(builder);
const driver = await createTopologyTestDriver(builder.build());
if (name === 'table-join') {
  await driver.pipe(
    people,
    keys.map((key, value) => ({ key, value, timestamp: 0 })),
  );
}

let number = 0;
let outputs = 0;
async function pipe(): Promise<number> {
  const records = Array.from({ length: CHUNK }, (): TestRecord<string, number> => {
    number += 1;
    // Ten seconds of event time for a thousand records: each key has several in a window.
    return { key: keys[(number * 7_919) % KEYS] ?? '', value: number, timestamp: number * 10 };
  });
  await driver.pipe(input, records);
  outputs += (await driver.read(output)).length;
  return records.length;
}

const total = Number(amount);
for (let warmUp = 0; warmUp < Math.min(50, total / CHUNK); warmUp += 1) await pipe();
say({ is: 'begin' });
const memory: { readonly heap: number; readonly rss: number }[] = [];
const took = await measured(async () => {
  let done = 0;
  while (done < total) {
    done += await pipe();
    if (done < ((memory.length + 1) * total) / MARKS) continue;
    globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    memory.push({ heap: heapUsed / 2 ** 20, rss: rss / 2 ** 20 });
  }
  return done;
});
if (outputs !== number * chosen.share) throw new Error(`${number} records made ${outputs} updates.`);
say({ is: 'end', ...took, memory });
