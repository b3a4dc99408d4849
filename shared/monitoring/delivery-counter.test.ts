import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { offlineSchemas } from '#shared/schema';
import { DeliveryCounter, deliveryInterceptor } from './delivery-counter.js';
import { type DeliveryCounts, monitoringTopics } from './monitoring-topics.js';

const MINUTE = 60_000;
const options = { instance: 'host-1', countsTopic: 'ns.demo.delivery-counts', serialize: asJson };

function asJson(counts: DeliveryCounts): Buffer {
  return Buffer.from(JSON.stringify(counts));
}
const record = (partition: number, timestamp: number, value: string | null, topic = 'ns.demo.inputs') => ({
  topic,
  partition,
  timestamp,
  key: 'key',
  value: value === null ? null : Buffer.from(value),
});
const taken = (counter: DeliveryCounter): DeliveryCounts[] =>
  counter.take().map(({ value }) => JSON.parse(String(value)));

describe('DeliveryCounter', () => {
  it('counts by partition and minute of event time, and sums the CRC-32 of key and value', () => {
    const counter = new DeliveryCounter({ role: 'producer', ...options });
    counter.count(record(0, 0, 'a'));
    counter.count(record(0, MINUTE, 'b'));
    counter.count(record(0, MINUTE - 1, 'c'));
    counter.count(record(1, 5 * MINUTE + 7, null));
    const topic = 'ns.demo.inputs';
    const crc = (text: string): number => crc32(text);
    expect(taken(counter)).toEqual([
      {
        role: 'producer',
        instance: 'host-1',
        partitions: [
          {
            topic,
            partition: 0,
            minutes: [0, MINUTE],
            records: [2, 1],
            checksums: [(crc('keya') + crc('keyc')) % 2 ** 32, crc('keyb')],
          },
          { topic, partition: 1, minutes: [5 * MINUTE], records: [1], checksums: [crc('key')] },
        ],
      },
    ]);
    expect(counter.take()).toEqual([]);
  });

  it('keeps the sum of checksums below 2^32, in whatever order they come', () => {
    const values = Array.from({ length: 50 }, (_, n) => `value ${n}`);
    const [one, other] = [values, values.toReversed()].map((ordered) => {
      const counter = new DeliveryCounter({ role: 'producer', ...options });
      for (const value of ordered) counter.count(record(0, 0, value));
      return taken(counter)[0]?.partitions[0]?.checksums[0];
    });
    expect(one).toBe(other);
    expect(one).toBeLessThan(2 ** 32);
  });

  it('writes under the name of the instance, at the latest minute, to the topic of counts', () => {
    const counter = new DeliveryCounter({ role: 'scorer', ...options });
    for (const minute of [7, 9, 8]) counter.count(record(3, minute * MINUTE + 1, 'x'));
    expect(counter.take()).toMatchObject([{ topic: 'ns.demo.delivery-counts', key: 'host-1', timestamp: 9 * MINUTE }]);
  });

  it('begins a minute again that is far behind, and loses nothing', () => {
    const counter = new DeliveryCounter({ role: 'producer', ...options });
    const came = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 1, 9, 2];
    for (const minute of came) counter.count(record(0, minute * MINUTE, 'a'));
    const [told] = taken(counter)[0]?.partitions ?? [];
    const sums = new Map<number, number>();
    told?.minutes.forEach((minute, at) => {
      sums.set(minute / MINUTE, (sums.get(minute / MINUTE) ?? 0) + (told.records[at] ?? 0));
    });
    expect([...sums]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => [n, came.filter((each) => each === n).length]));
    expect(told?.minutes.length).toBeLessThan(came.length);
  });

  it('tells of no more than 4,096 minutes at once', () => {
    const counter = new DeliveryCounter({ role: 'scorer', ...options });
    for (const partition of [0, 1]) {
      for (let minute = 0; minute < 5_000; minute++) counter.count(record(partition, minute * MINUTE, 'x'));
    }
    const told = taken(counter).map(({ partitions }) => partitions);
    const lengths = told.map((each) => each.map(({ partition, minutes }) => [partition, minutes.length]));
    expect(lengths).toEqual([
      [[0, 4_096]],
      [
        [0, 904],
        [1, 3_192],
      ],
      [[1, 1_808]],
    ]);
    for (const partition of [0, 1]) {
      const own = told.flat().filter((each) => each.partition === partition);
      expect(new Set(own.flatMap(({ minutes }) => minutes)).size).toBe(5_000);
    }
  });
});

describe('deliveryInterceptor', () => {
  const consumed = (topic: string, timestamp = 0) => ({
    ...record(0, timestamp, 'x', topic),
    key: Buffer.from('key'),
    offset: 0,
    headers: {},
  });

  it('counts the audited topics alone, each task for itself', () => {
    const make = deliveryInterceptor(new Set(['ns.demo.inputs']), options);
    const [one, other] = [make('0_0'), make('0_1')];
    one.onProcess(consumed('ns.demo.inputs'));
    one.onProcess(consumed('ns.demo.alerts'));
    expect(other.onCommit()).toEqual([]);
    const [told] = one.onCommit().map(({ value }) => JSON.parse(String(value)));
    expect(told).toMatchObject({
      role: 'scorer',
      partitions: [{ topic: 'ns.demo.inputs', records: [1] }],
    });
    expect(one.onCommit()).toEqual([]);
  });

  it.each([
    ['in nanoseconds', 1_700_000_000 * 1e9],
    ['after the last date', 8.64e15 + 1],
    ['that is none', -1],
  ])(
    'counts a record with a time %s in the first minute of 1970, as a record that can be written and read',
    async (_, time) => {
      const { deliveryCounts } = monitoringTopics('demo');
      const schemas = offlineSchemas();
      const serialize = await schemas.register(deliveryCounts, deliveryCounts.name);
      const deserializer = schemas.deserializer<DeliveryCounts>({ reader: deliveryCounts.schema });
      const task = deliveryInterceptor(new Set(['ns.demo.inputs']), { ...options, serialize })('0_0');
      task.onProcess(consumed('ns.demo.inputs', time));
      task.onProcess(consumed('ns.demo.inputs', 7 * MINUTE));
      const [told] = task.onCommit();
      const value = told?.value ?? Buffer.alloc(0);
      await deserializer.prepare([value]);
      expect(told?.timestamp).toBe(7 * MINUTE);
      expect(deserializer.decode(value).partitions).toMatchObject([{ minutes: [0, 7 * MINUTE], records: [1, 1] }]);
    },
  );
});
