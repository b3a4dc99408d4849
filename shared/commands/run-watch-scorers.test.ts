import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createMetrics } from '#shared/metrics';
import { type ScorerStatus, statusTopic } from '#shared/monitoring';
import { status, TestWatch } from './test-watch.js';

describe('what is counted of models', () => {
  it('is what became of them since the page is there, not all that a scorer has lived through', async () => {
    const metrics = createMetrics('demo');
    const since = Date.now();
    const demo = new TestWatch({ wholeRun: false, metrics });
    const write = await demo.writer(statusTopic('demo'));
    const beats = (...changes: readonly Partial<ScorerStatus>[]) =>
      demo.lay('demo.status', ...changes.map((change) => ({ value: write({ ...status, ...change }) })));
    const counted = async (): Promise<string[]> =>
      (await metrics.text()).match(/(?<=kafka_ml_model_(swaps|refusals)_total\{.*\} )[1-9]\d*$/gm) ?? [];
    const refusedAt = (at: number): ScorerStatus['refusal'] => ({
      role: 'champion',
      modelName: 'model',
      modelVersion: '2',
      publishedAt: at,
      code: 'model-invalid',
      message: 'It is none.',
      refusedAt: at,
    });

    const before = since - 60_000;
    const old = { swapsTotal: 7, modelSince: before, refusalsTotal: 5, refusal: refusedAt(before) };
    await beats(old, old);
    expect(await counted()).toEqual([]);
    await beats({ ...old, swapsTotal: 9, refusalsTotal: 8, refusal: refusedAt(since) });
    expect(await counted()).toEqual(['2', '3']);

    const after = since + 60_000;
    const late = { swapsTotal: 4, modelSince: after, refusalsTotal: 4, refusal: refusedAt(after) };
    await beats({ ...late, instance: 'scorer-2' });
    expect(await counted()).toEqual(['3', '4']);

    // A scorer that has been forgotten and is heard again tells nothing new of them.
    await beats(...Array.from({ length: 64 }, (_, index) => ({ instance: `another-${index}` })));
    expect(demo.watch.scorers.has('scorer-2')).toBe(false);
    await beats({ ...late, instance: 'scorer-2' });
    expect(await counted()).toEqual(['3', '4']);
    await beats({ ...late, instance: 'scorer-2', swapsTotal: 5 });
    expect(await counted()).toEqual(['4', '4']);
  });
});

describe('scorers', () => {
  const MINUTE_MS = 60_000;
  let demo: TestWatch;
  let now: number;
  let write: (status: ScorerStatus) => Buffer;
  const beat = (instance: string, state = 'RUNNING') =>
    demo.lay('demo.status', { value: write({ ...status, instance, state }) });
  const known = () => [...demo.watch.scorers.keys()];

  beforeEach(async () => {
    demo = new TestWatch({ wholeRun: false });
    now = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    write = await demo.writer(statusTopic('demo'));
    return () => vi.restoreAllMocks();
  });

  it('that fall silent are known as such for a quarter of an hour, so that an alert can tell of them', async () => {
    await beat('silent');
    now += 10 * MINUTE_MS;
    await beat('goes on');
    expect([known(), demo.watch.heardScorers.map(({ instance }) => instance)]).toEqual([
      ['silent', 'goes on'],
      ['goes on'],
    ]);
    now += 6 * MINUTE_MS;
    await beat('goes on');
    expect(known()).toEqual(['goes on']);
  });

  it('that have said that they end are forgotten when they are gone', async () => {
    await beat('leaves');
    await beat('goes on');
    await beat('leaves', 'NOT_RUNNING');
    expect(known()).toEqual(['goes on', 'leaves']);
    now += 6_000;
    await beat('goes on');
    expect(known()).toEqual(['goes on']);
  });

  it('are known as long as no other one is heard of: that nobody scores is to be seen', async () => {
    await beat('one');
    await beat('another', 'NOT_RUNNING');
    now += 60 * MINUTE_MS;
    demo.watch.forgetScorers();
    expect([known(), demo.watch.heardScorers]).toEqual([['another'], []]);
  });

  it('are at most 64, those that were heard of last', async () => {
    for (let index = 0; index < 100; index++) await beat(`scorer-${index}`);
    expect([known().length, known()[0]]).toEqual([64, 'scorer-36']);
  });
});
