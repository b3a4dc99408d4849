import { describe, expect, it } from 'vitest';
import type { DemoRecord } from '#shared/commands';
import { produce } from './producer.js';
import { rows } from './rows.js';
import { type LogEntry, logEntries, type Outcome, outcomes, type Passenger, passengers, scoredUnit } from './topics.js';

const EVERYBODY = 1_309;
const lap = (number: number, limit = EVERYBODY) => [...produce({ lap: number, limit, seed: 1 })];
const of = <V>(records: readonly DemoRecord[], topic: { readonly name: string }): V[] =>
  // What is produced to a topic has its type; DemoRecord forgets which.
  records.filter((record) => record.topic.name === topic.name).map(({ value }) => value as V);
const aboard = (records: readonly DemoRecord[]) => of<Passenger>(records, passengers);

describe('the producer', () => {
  it('plays the voyage: everybody on the list comes aboard, the ship is lost, and in the morning it is known who lives', () => {
    const records = lap(1);
    expect(records.map(({ eventTime }) => eventTime)).toEqual(
      records.map(({ eventTime }) => eventTime).toSorted((a, b) => a - b),
    );
    const list = [...rows()];
    expect(
      aboard(records)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(list.map((row) => row('id')));
    const known = of<Outcome>(records, outcomes);
    expect(known).toHaveLength(EVERYBODY);
    expect(known.filter(({ survived }) => survived)).toHaveLength(500);
    expect(known.filter(({ heldOut }) => heldOut)).toHaveLength(245);
    const stages = records.map(({ topic, value }) => (topic === logEntries ? (value as LogEntry).stage : topic.name));
    expect(stages.filter((stage, index) => stage !== stages[index - 1])).toEqual([
      'boarding',
      passengers.name,
      'sailing',
      'struck',
      'boats',
      'lost',
      'rescue',
      outcomes.name,
    ]);
  });

  it('says of each what the list says, and nothing of how it ends', () => {
    const byId = new Map(aboard(lap(1)).map((passenger) => [passenger.id, passenger]));
    for (const row of rows()) {
      const { boardedAt: _, ...passenger } = byId.get(row('id')) ?? { boardedAt: 0 };
      expect(passenger).toEqual({
        id: row('id'),
        name: row('name'),
        sex: row('sex'),
        age: row('age') ? Number(row('age')) : null,
        passengerClass: row('passengerClass'),
        siblingsSpouses: Number(row('siblingsSpouses')),
        parentsChildren: Number(row('parentsChildren')),
      });
    }
  });

  it('moves the calendar by a hundred years, and keeps the clock', () => {
    const records = lap(1);
    const times = aboard(records).map(({ boardedAt }) => new Date(boardedAt).toISOString());
    expect([times[0], times.at(-1)]).toEqual(['2012-04-10T09:30:00.000Z', '2012-04-10T11:51:42.000Z']);
    const iceberg = of<LogEntry>(records, logEntries).find(({ stage }) => stage === 'struck');
    expect(new Date(iceberg?.at ?? 0).toISOString()).toBe('2012-04-14T23:40:00.000Z');
    const known = of<Outcome>(records, outcomes).map(({ knownAt }) => new Date(knownAt).toISOString());
    expect([known[0], known.at(-1)]).toEqual(['2012-04-15T04:10:00.000Z', '2012-04-15T08:20:42.000Z']);
  });

  it('mixes the classes: of each hundred who come aboard some fifty are of the third', () => {
    const classes = aboard(lap(1)).map(({ passengerClass }) => passengerClass);
    for (let from = 0; from + 100 <= EVERYBODY; from += 100) {
      const third = classes.slice(from, from + 100).filter((each) => each === '3rd').length;
      expect(third).toBeGreaterThan(45);
      expect(third).toBeLessThan(62);
    }
  });

  it('keys each record by its id', () => {
    for (const { key, value } of lap(1, 50)) expect(key).toBe((value as { id: string }).id);
  });

  it('makes other passengers, a week later, of a second voyage', () => {
    const [first, second] = [lap(1, 50), lap(2, 50)];
    expect(aboard(second).map(({ id }) => id)).toEqual(aboard(first).map(({ id }) => `${id}-lap2`));
    const week = 7 * 24 * 3_600_000;
    expect(second.map(({ eventTime }) => eventTime)).toEqual(first.map(({ eventTime }) => eventTime + week));
    const ids = [...first, ...second].map(({ topic, key }) => `${topic.name} ${key}`);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('still tells what became of those who came aboard when fewer are asked for', () => {
    const records = lap(1, 10);
    expect(of<Outcome>(records, outcomes).map(({ id }) => id)).toEqual(aboard(records).map(({ id }) => id));
  });
});

it('every passenger is a unit, and each must be scored', () => {
  const inputs = aboard(lap(1, 3));
  const ids = inputs.map(({ id }) => id);
  expect([scoredUnit.unitIds(inputs), scoredUnit.expectedIds(inputs)]).toEqual([ids, ids]);
});
