import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DeliveryCounter, deliveryInterceptor } from './delivery-counter.js';
import type { DeliveryCounts } from './monitoring-topics.js';

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
    const common = { role: 'producer', instance: 'host-1', topic: 'ns.demo.inputs' };
    const crc = (text: string): number => crc32(text);
    expect(taken(counter)).toEqual([
      {
        ...common,
        partition: 0,
        minutes: [
          { minute: 0, records: 2, checksum: (crc('keya') + crc('keyc')) % 2 ** 32 },
          { minute: MINUTE, records: 1, checksum: crc('keyb') },
        ],
      },
      { ...common, partition: 1, minutes: [{ minute: 5 * MINUTE, records: 1, checksum: crc('key') }] },
    ]);
    expect(counter.take()).toEqual([]);
  });

  it('keeps the sum of checksums below 2^32, in whatever order they come', () => {
    const values = Array.from({ length: 50 }, (_, n) => `value ${n}`);
    const [one, other] = [values, values.toReversed()].map((ordered) => {
      const counter = new DeliveryCounter({ role: 'producer', ...options });
      for (const value of ordered) counter.count(record(0, 0, value));
      return taken(counter)[0]?.minutes[0]?.checksum;
    });
    expect(one).toBe(other);
    expect(one).toBeLessThan(2 ** 32);
  });

  it('writes under the name of the partition, at the latest minute, to the topic of counts', () => {
    const counter = new DeliveryCounter({ role: 'scorer', ...options });
    for (const minute of [7, 9, 8]) counter.count(record(3, minute * MINUTE + 1, 'x'));
    expect(counter.take()).toMatchObject([
      { topic: 'ns.demo.delivery-counts', key: 'ns.demo.inputs-3', timestamp: 9 * MINUTE },
    ]);
  });

  it('tells of no more than 4,096 minutes at once', () => {
    const counter = new DeliveryCounter({ role: 'scorer', ...options });
    for (let minute = 0; minute < 10_000; minute++) counter.count(record(0, minute * MINUTE, 'x'));
    const all = taken(counter);
    expect(all.map(({ minutes }) => minutes.length)).toEqual([4_096, 4_096, 1_808]);
    expect(new Set(all.flatMap(({ minutes }) => minutes.map(({ minute }) => minute))).size).toBe(10_000);
  });
});

describe('deliveryInterceptor', () => {
  it('counts the audited topics alone, each task for itself', () => {
    const make = deliveryInterceptor(new Set(['ns.demo.inputs']), options);
    const [one, other] = [make('0_0'), make('0_1')];
    const consumed = (topic: string) => ({
      ...record(0, 0, 'x', topic),
      key: Buffer.from('key'),
      offset: 0,
      headers: {},
    });
    one.onProcess(consumed('ns.demo.inputs'));
    one.onProcess(consumed('ns.demo.alerts'));
    expect(other.onCommit()).toEqual([]);
    const [told] = one.onCommit().map(({ value }) => JSON.parse(String(value)));
    expect(told).toMatchObject({ role: 'scorer', topic: 'ns.demo.inputs', minutes: [{ records: 1 }] });
    expect(one.onCommit()).toEqual([]);
  });
});
