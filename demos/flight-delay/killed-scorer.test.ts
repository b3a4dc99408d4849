import { expect, it } from 'vitest';
import type { Topic } from '#shared/schema';
import { describeOnEachKafka, killedInMidStream, TAKEOVER_PATIENCE_MS, undisturbed } from '#shared/testing';
import { demo } from './demo.js';
import { alerts, predictions, quality } from './topics.js';

/** Till Friday, 4 October: an alert at Newark is opened on Thursday, and closed; three days are final. */
const FLIGHTS = 4_000;

interface Told {
  readonly key: string;
  readonly value: object;
}

/** What is told; when that was done differs from run to run. */
const told = ({ key, value }: Told): Told => ({ key, value: { ...value, scoredAt: 0 } });
const byKey = (a: Told, b: Told): number => a.key.localeCompare(b.key);

await describeOnEachKafka('a scorer killed in mid-stream, and another that takes over', (kafka) => {
  it.each<[string, Topic<object>, number]>([
    ['foretell each flight once', predictions, 3_000],
    ['open and close each alert once', alerts, FLIGHTS],
    ['sum up each day once', quality, FLIGHTS],
  ])(
    '%s, as if nothing had happened',
    async (_what, topic, records) => {
      const expected = await undisturbed(demo, topic, records);
      const { decisions, predictedIds } = await killedInMidStream(demo, {
        brokers: kafka.brokers,
        records,
        rate: 400,
        decisions: topic,
        expected: expected.length,
      });
      expect(expected.length).toBeGreaterThan(1);
      expect(decisions.map(told).toSorted(byKey)).toEqual(expected.map(told).toSorted(byKey));
      expect(new Set(predictedIds).size).toBe(predictedIds.length);
    },
    TAKEOVER_PATIENCE_MS,
  );
});
