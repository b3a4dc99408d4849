import { expect, it } from 'vitest';
import { describeOnEachKafkaAlone, killedInMidStream, TAKEOVER_PATIENCE_MS, undisturbed } from '#shared/testing';
import { demo } from './demo.js';
import { type Offer, offers } from './topics.js';

/** Until noon: most of the offers that follow the new prices are among them. */
const EVENTS = 6_500;

const byCustomer = (one: { key: string }, other: { key: string }): number => one.key.localeCompare(other.key);

await describeOnEachKafkaAlone('a scorer killed in mid-stream, and another that takes over', (kafka) => {
  it(
    'make the offers of an undisturbed run, each once',
    async () => {
      const expected = await undisturbed(demo, offers, EVENTS);
      expect(expected.length).toBeGreaterThan(40);
      const { decisions, predictedIds } = await killedInMidStream(demo, {
        brokers: kafka.brokers,
        records: EVENTS,
        rate: 800,
        decisions: offers,
        expected: expected.length,
      });
      const made = decisions.map(({ key, value }): { key: string; value: Offer } => ({ key, value }));
      expect(made.toSorted(byCustomer)).toEqual(expected.toSorted(byCustomer));
      expect(new Set(made.map(({ key }) => key)).size).toBe(made.length);
      expect(predictedIds).toHaveLength(EVENTS);
      expect(new Set(predictedIds).size).toBe(EVENTS);
    },
    TAKEOVER_PATIENCE_MS,
  );
});
