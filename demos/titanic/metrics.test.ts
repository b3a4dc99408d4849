import { expect, it, vi } from 'vitest';
import { startProgram } from '#shared/testing';

const SEEN_WITHIN = { timeout: 60_000, interval: 100 };

/** The values of a metric by the scorer that it is shown under. */
const byScorer = (text: string, metric: string): Map<string, number> =>
  new Map(
    [...text.matchAll(new RegExp(`^${metric}\\{[^}]*scorer="([^"]+)"[^}]*\\} (\\S+)$`, 'gm'))].map(
      ([, scorer = '', value]) => [scorer, Number(value)],
    ),
  );

const sumOf = (text: string, metric: string): number =>
  [...text.matchAll(new RegExp(`^${metric}(?:\\{.*\\})? (\\S+)$`, 'gm'))].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  );

it('shows under its name what each scorer measures, and at a port of its own what one alone does', async () => {
  const args = ['--broker-port', '0', '--port', '0', '--headless', '--rate', '100'];
  await using program = startProgram('demos/titanic/demo.js', args);
  const page = await program.said(/Metrics\s+(http\S+)/);
  const own = Number(await program.said(/scored by process (\d+)/));
  const brokers = await program.said(/embedded Kafka at ([\d.:]+)/);
  const registry = await program.said(/Registry\s+(http\S+)/);
  const at = ['--brokers', brokers, '--registry', registry];
  await using another = startProgram('demos/titanic/demo.js', ['--only', 'scorer', '--port', '0', ...at]);
  const alone = await another.said(/metrics of this process are at (\S+)/);
  const textOf = async (url: string): Promise<string> => (await fetch(url)).text();

  // Each has scored of what its partitions brought.
  const shared = await vi.waitUntil(async () => {
    const text = await textOf(page);
    const scored = byScorer(text, 'kafka_ml_scoring_rows_sum');
    return scored.size === 2 && [...scored.values()].every((rows) => rows > 0) && text;
  }, SEEN_WITHIN);
  const tasks = byScorer(shared, 'kafka_ml_streams_tasks');
  expect([...tasks.values()].every((count) => count > 0)).toBe(true);
  expect([...tasks.keys()].filter((scorer) => scorer.endsWith(`-${own}`))).toHaveLength(1);
  expect(sumOf(shared, 'kafka_ml_predictions_total')).toBe(sumOf(shared, 'kafka_ml_records_scored_total'));
  expect(sumOf(shared, 'kafka_ml_prediction_score_count')).toBe(sumOf(shared, 'kafka_ml_records_scored_total'));
  for (const memory of byScorer(shared, 'kafka_ml_scorer_resident_memory_bytes').values()) {
    expect(memory).toBeGreaterThan(50_000_000);
  }

  const [name = ''] = [...tasks.keys()].filter((scorer) => !scorer.endsWith(`-${own}`));
  const itself = await textOf(alone);
  expect([...byScorer(itself, 'kafka_ml_streams_tasks').keys()]).toEqual([name]);
  expect(itself).toMatch(/^process_cpu_seconds_total /m);
  expect(itself).not.toContain('kafka_ml_scorer_up');
  const [ready, elsewhere] = await Promise.all(['/readyz', '/'].map((path) => fetch(new URL(path, alone))));
  expect([ready?.status, elsewhere?.status]).toEqual([200, 404]);

  // What says that it ends is missed by nobody: it is shown no longer.
  another.signal('SIGTERM');
  expect(await another.exited).toBe(0);
  await vi.waitUntil(async () => byScorer(await textOf(page), 'kafka_ml_scorer_up').size === 1, SEEN_WITHIN);
  const after = await textOf(page);
  expect([...byScorer(after, 'kafka_ml_scorer_up').values()]).toEqual([1]);
  expect(byScorer(after, 'kafka_ml_streams_tasks').size).toBe(1);
  program.signal('SIGTERM');
  expect(await program.exited).toBe(0);
}, 150_000);
