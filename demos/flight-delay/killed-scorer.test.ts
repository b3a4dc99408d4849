import { expect, it } from 'vitest';
import { describeOnEachKafka, killedInMidStream, TAKEOVER_PATIENCE_MS, undisturbed } from '#shared/testing';
import { demo } from './demo.js';
import { type Prediction, predictions } from './topics.js';

const FLIGHTS = 3_000;

/** What is foretold of a flight; when that was done differs from run to run. */
const foretold = ({ key, value: { id, score, decision, reasons } }: { key: string; value: Prediction }) => ({
  key,
  id,
  score,
  decision,
  reasons,
});

await describeOnEachKafka('a scorer killed in mid-stream, and another that takes over', (kafka) => {
  it(
    'foretell each flight once, as if nothing had happened',
    async () => {
      const expected = await undisturbed(demo, predictions, FLIGHTS);
      const { decisions, predictedIds } = await killedInMidStream(demo, {
        brokers: kafka.brokers,
        records: FLIGHTS,
        rate: 400,
        decisions: predictions,
        expected: expected.length,
      });
      const byKey = (a: { key: string }, b: { key: string }): number => a.key.localeCompare(b.key);
      expect(decisions.map(foretold).toSorted(byKey)).toEqual(expected.map(foretold).toSorted(byKey));
      expect(predictedIds).toEqual(expected.map(({ key }) => key).toSorted());
    },
    TAKEOVER_PATIENCE_MS,
  );
});
