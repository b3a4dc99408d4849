import { expect, it } from 'vitest';
import { describeOnEachKafkaAlone, killedInMidStream, TAKEOVER_PATIENCE_MS, undisturbed } from '#shared/testing';
import { demo } from './demo.js';
import { type Disagreement, disagreements, predictions } from './topics.js';

const EVERYBODY = 1_309;

/** What is set down of a disagreement; the network adds in another order where other rows are scored along with one. */
const setDown = ({ key, value }: { key: string; value: Disagreement }) => ({
  key,
  name: value.name,
  champion: { ...value.champion, score: value.champion.score.toFixed(5) },
  challenger: { ...value.challenger, score: value.challenger.score.toFixed(5) },
});

await describeOnEachKafkaAlone('a scorer killed in mid-stream, and another that takes over', (kafka) => {
  it(
    'foretell of each passenger once and set down each disagreement once, as if nothing had happened',
    async () => {
      const expected = await undisturbed(demo, disagreements, EVERYBODY);
      const { decisions, predictedIds } = await killedInMidStream(demo, {
        brokers: kafka.brokers,
        records: EVERYBODY,
        rate: 300,
        decisions: disagreements,
        expected: expected.length,
      });
      const byKey = (a: { key: string }, b: { key: string }): number => a.key.localeCompare(b.key);
      expect(decisions.map(setDown).toSorted(byKey)).toEqual(expected.map(setDown).toSorted(byKey));
      const everybody = await undisturbed(demo, predictions, EVERYBODY);
      expect(predictedIds).toEqual(everybody.map(({ key }) => key).toSorted());
    },
    TAKEOVER_PATIENCE_MS,
  );
});
