import { describe, expect, it } from 'vitest';
import { type DesiredState, type FaultName, faultNames, UNDISTURBED } from '#shared/control';
import type { OutgoingRecord } from '#shared/kafka';
import { defineTopic, offlineSchemas } from '#shared/schema';
import { type DemoRecord, demoRecord, shiftOf } from '../demo-definition.js';
import { ProducerFaults } from './producer-faults.js';

const MINUTE = 60_000;
const topic = (name: string) =>
  defineTopic<{ id: string; length: number }>({
    name,
    partitions: 1,
    schema: {
      type: 'record',
      name: 'Train',
      fields: [
        { name: 'id', type: 'string' },
        { name: 'length', type: 'int' },
      ],
    },
  });
const [input, news] = [topic('trains'), topic('news')];
const topics = { input, predictions: topic('predictions'), outcomes: topic('outcomes') };

/** Faults as they are on and off in a test. */
function producing({ mayBeLate }: { readonly mayBeLate?: (eventTime: number) => boolean } = {}) {
  const on = new Set<FaultName>();
  const stateOf = (name: FaultName) => ({
    on: on.has(name),
    id: name,
    issuedAt: 0,
    endsAt: null,
    target: null,
    by: 'test',
  });
  const desired = (): DesiredState => ({
    ...UNDISTURBED,
    faults: new Map(faultNames.map((name) => [name, stateOf(name)])),
  });
  const drift = { input: 'length', words: 'Shorter.', shifts: [shiftOf(input, (train) => ({ ...train, length: 0 }))] };
  const faults = new ProducerFaults({ topics, faults: { drift, ...(mayBeLate && { mayBeLate }) } }, 'host-1', desired);
  return { on, faults };
}

const train = (minute: number): DemoRecord => demoRecord(input, 'k', { id: `t${minute}`, length: 7 }, minute * MINUTE);
const idOf = ({ value }: DemoRecord): string => (value as { id: string }).id;

describe('no fault', () => {
  it('leaves each record as it is', () => {
    const { faults } = producing();
    for (let minute = 0; minute < 500; minute += 1) {
      const record = train(minute);
      expect(faults.take(record)).toEqual([{ record }]);
    }
    expect([faults.held, faults.injected, faults.release()]).toEqual([0, 0, []]);
  });
});

describe('late data', () => {
  it('holds each tenth main record back for 65 minutes of event time, and leaves its own time to it', () => {
    const { on, faults } = producing();
    on.add('late-data');
    const sent: string[] = [];
    for (let minute = 0; minute < 100; minute += 1) {
      for (const { record, fault } of faults.take(train(minute))) {
        if (fault === 'late-data') expect(minute * MINUTE - record.eventTime).toBe(65 * MINUTE);
        sent.push(idOf(record));
      }
      expect(faults.take(demoRecord(news, 'n', { id: 'n', length: 0 }, minute * MINUTE))).toHaveLength(1);
    }
    expect(sent.indexOf('t9')).toBe(sent.indexOf('t74') - 1);
    expect([faults.held, faults.injected]).toEqual([7, 10]);
    expect(faults.release().map(({ record }) => idOf(record))).toEqual(
      [39, 49, 59, 69, 79, 89, 99].map((at) => `t${at}`),
    );
    expect(faults.held).toBe(0);
  });

  it('lets go of all that it holds when it is switched off, though nothing else comes', () => {
    const { on, faults } = producing();
    on.add('late-data');
    for (let minute = 0; minute < 30; minute += 1) faults.take(train(minute));
    expect(faults.due(29 * MINUTE)).toEqual([]);
    on.clear();
    expect(faults.due(29 * MINUTE).map(({ record }) => idOf(record))).toEqual(['t9', 't19', 't29']);
  });

  it('holds nothing that must not be late, and not more than 20,000', () => {
    const some = producing({ mayBeLate: (eventTime) => eventTime < 50 * MINUTE });
    some.on.add('late-data');
    for (let minute = 0; minute < 60; minute += 1) some.faults.take(train(minute));
    expect(some.faults.held).toBe(5);
    const all = producing();
    all.on.add('late-data');
    for (let i = 0; i < 300_000; i += 1) all.faults.take(demoRecord(input, 'k', { id: `${i}`, length: 1 }, i));
    expect(all.faults.held).toBe(20_000);
  });
});

describe('drift', () => {
  it('changes the input of main records alone, and marks them', () => {
    const { on, faults } = producing();
    on.add('drift');
    const other = demoRecord(news, 'n', { id: 'n', length: 7 }, 0);
    expect(faults.take(train(1))).toEqual([
      { record: { ...train(1), value: { id: 't1', length: 0 } }, fault: 'drift' },
    ]);
    expect(faults.take(other)).toEqual([{ record: other }]);
    expect(faults.injected).toBe(1);
  });
});

describe('poison records', () => {
  const record = async (): Promise<OutgoingRecord> => {
    const serialize = await offlineSchemas().register(input, input.name);
    const value = serialize({ id: 'an id of some length', length: 7 });
    return { topic: input.name, key: 'k', value, timestamp: 5, headers: { run: 'r' } };
  };

  it('are sent beside each fiftieth, in turn of three kinds, with the key, the time and the headers of the good one', async () => {
    const { on, faults } = producing();
    const good = await record();
    expect(faults.beside(good, 0)).toEqual([]);
    on.add('poison-records');
    const made = Array.from({ length: 200 }, (_, i) => faults.beside(good, i * 1_000)).flat();
    expect(made).toHaveLength(4);
    for (const poison of made) {
      expect(poison).toMatchObject({
        topic: 'trains',
        key: 'k',
        timestamp: 5,
        headers: { run: 'r', fault: 'poison-records' },
      });
    }
    expect(made[0]?.value?.[0]).not.toBe(0);
    expect(made[1]?.value?.readInt32BE(1)).toBe(0x7fff_ffff);
    expect(made[2]?.value?.length).toBeLessThan(good.value?.length ?? 0);
    expect(made[3]?.value).toEqual(made[0]?.value);
    expect(faults.injected).toBe(4);
  });

  it('of which none can be read', async () => {
    const { on, faults } = producing();
    on.add('poison-records');
    const schemas = offlineSchemas();
    const serialize = await schemas.register(input, input.name);
    const good = { ...(await record()), value: serialize({ id: 'an id of some length', length: 7 }) };
    const made = Array.from({ length: 150 }, (_, i) => faults.beside(good, i * 1_000)).flat();
    const deserializer = schemas.deserializer({ reader: input.schema });
    await deserializer.prepare(made.map(({ value }) => value));
    for (const { value } of made) {
      expect(() => deserializer.decode(value)).toThrow(expect.objectContaining({ code: 'record-undecodable' }));
    }
  });

  it('are twenty a second at most', async () => {
    const { on, faults } = producing();
    on.add('poison-records');
    const good = await record();
    const made = Array.from({ length: 10_000 }, (_, i) => faults.beside(good, i / 10)).flat();
    expect(made).toHaveLength(20);
  });
});
