import { expect, it } from 'vitest';
import type { Topic } from '#shared/schema';
import { describeOnEachKafkaAlone, killedInMidStream, TAKEOVER_PATIENCE_MS, undisturbed } from '#shared/testing';
import { demo } from './demo.js';
import { type Alert, alerts, type Prediction, predictions, type Quality, quality } from './topics.js';

/** Till Friday, 4 October: an alert at Newark is opened on Thursday, and closed; three days are final. */
const FLIGHTS = 4_000;

/**
 * What is told, without what scores are in it: flights and departures of one minute come by two topics at once, and which of
 * them is read first is not certain at a live pace. `live-scores.test.ts` compares scores.
 */
const told = ({ key, value }: { readonly key: string; readonly value: object }): string => {
  const { id, state, openedAt, eventTime, from, flights, delayed } = value as Partial<Prediction & Alert & Quality>;
  return JSON.stringify({ key, id, state, openedAt, eventTime, from, flights, delayed });
};

await describeOnEachKafkaAlone('a scorer killed in mid-stream, and another that takes over', (kafka) => {
  it(
    'foretell each flight, open and close each alert, and sum up each day once, as if nothing had happened',
    async () => {
      const topics: readonly Topic<object>[] = [alerts, predictions, quality];
      const expected = [];
      for (const topic of topics) expected.push(await undisturbed(demo, topic, FLIGHTS));
      const { decisions, predictedIds, also } = await killedInMidStream(demo, {
        brokers: kafka.brokers,
        records: FLIGHTS,
        rate: 200,
        decisions: alerts,
        expected: expected[0]?.length ?? 0,
        also: [predictions, quality],
      });
      for (const [index, found] of [decisions, ...also].entries()) {
        const wanted = expected[index] ?? [];
        expect(wanted.length).toBeGreaterThan(1);
        expect(found.map(told).toSorted()).toEqual(wanted.map(told).toSorted());
      }
      expect(new Set(predictedIds).size).toBe(predictedIds.length);
    },
    TAKEOVER_PATIENCE_MS,
  );
});
