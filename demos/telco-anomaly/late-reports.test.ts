import { expect, it } from 'vitest';
import { RunAudit } from '#shared/monitoring';
import { type BatchScorer, createTopologyTestDriver, StreamsBuilder } from '#shared/streams';
import { toKpis } from './kpis.js';
import { buildTopology } from './scorer.js';
import { cells, predictions, type Report, reports, scoredUnit } from './topics.js';
import { MINUTE_MS } from './window-time.js';

const NOON = Date.parse('2026-03-05T12:00:00Z');
const MINUTES = 600;
const MOST_BEHIND = 25;
const CELLS = ['cell-001', 'cell-002'];

const model: BatchScorer<object> = {
  name: 'all-well',
  version: '1',
  score: (rows) => Promise.resolve(rows.map(() => ({ score: 0, decision: 'normal' }))),
};

/** Reports of some hours, of which every seventh comes up to so many minutes late; the same each time. */
function withLateOnes(): Report[] {
  let seed = 1;
  const below = (n: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % n;
  };
  const sent = Array.from({ length: MINUTES }, (_, minute) => CELLS.map((cellId) => ({ cellId, minute }))).flat();
  return sent
    .map((one) => ({ ...one, sentAt: one.minute + (below(7) === 0 ? below(MOST_BEHIND) : 0) }))
    .toSorted((a, b) => a.sentAt - b.sentAt)
    .map(({ cellId, minute }) => ({ cellId, minute: NOON + minute * MINUTE_MS, ...toKpis(() => 1) }));
}

it('expects of reports, however late they come, the windows that the topology scores, and no others', async () => {
  const builder = new StreamsBuilder();
  buildTopology(builder, model);
  const topology = await createTopologyTestDriver(builder.build(), { wallClockMs: 1_234, deadLetterTopic: 'dead' });
  const planned = CELLS.map((cellId) => ({ cellId, cellType: 'business', bandwidthMhz: 15, busyHourUsers: 176 }));
  await topology.pipe(
    cells,
    planned.map((value) => ({ key: value.cellId, value, timestamp: NOON })),
  );
  const sent = withLateOnes();
  await topology.pipe(
    reports,
    sent.map((value) => ({ key: value.cellId, value, timestamp: value.minute + MINUTE_MS })),
  );

  const audit = new RunAudit(scoredUnit);
  for (const [offset, report] of sent.entries()) audit.input(report, { partition: 0, offset });
  expect(audit.outstanding).toBeGreaterThan(0);
  const scored = await topology.read(predictions);
  for (const { value } of scored) audit.prediction(value.id);

  const windows = (MINUTES / 5) * CELLS.length;
  expect(audit.counts()).toEqual({
    produced: windows,
    filtered: windows - scored.length,
    scored: scored.length,
    deadLettered: 0,
    lost: 0,
    duplicated: 0,
  });
  // Neither are all of them complete in time, nor none of those that had a late report.
  expect(scored.length).toBeGreaterThan(windows / 4);
  expect(scored.length).toBeLessThan(windows);
});
