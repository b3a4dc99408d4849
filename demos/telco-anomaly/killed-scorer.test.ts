import { expect, it } from 'vitest';
import { describeOnEachKafkaAlone, killedInMidStream, TAKEOVER_PATIENCE_MS, undisturbed } from '#shared/testing';
import { demo } from './demo.js';
import { type Alarm, alarms } from './topics.js';

/** A day of 36 cells. */
const REPORTS = 36 * 24 * 60;

/** The alarms of each cell, in order. */
function byCell(told: readonly { readonly key: string; readonly value: Alarm }[]): Record<string, readonly Alarm[]> {
  const cells: Record<string, readonly Alarm[]> = {};
  for (const { key, value } of told) cells[key] = [...(cells[key] ?? []), value];
  return cells;
}

/** A model's last digits depend on how many windows it is asked about at once. */
const nearly = (alarm: Alarm): Alarm => ({
  ...alarm,
  peakScore: expect.closeTo(alarm.peakScore, 4) as number,
  blame: alarm.blame.map((one) => ({ ...one, contribution: expect.closeTo(one.contribution, 3) as number })),
});

await describeOnEachKafkaAlone('a scorer killed in mid-stream, and another that takes over', (kafka) => {
  it(
    'open and close each alarm once, as if nothing had happened',
    async () => {
      const expected = await undisturbed(demo, alarms, REPORTS);
      const { decisions, predictedIds } = await killedInMidStream(demo, {
        brokers: kafka.brokers,
        records: REPORTS,
        rate: 6_000,
        decisions: alarms,
        expected: expected.length,
      });
      expect(byCell(decisions)).toEqual(byCell(expected.map(({ key, value }) => ({ key, value: nearly(value) }))));
      expect(new Set(predictedIds).size).toBe(predictedIds.length);
      expect(predictedIds).toHaveLength(REPORTS / 5);
    },
    TAKEOVER_PATIENCE_MS,
  );
});
