import { expect, it } from 'vitest';
import { type DashboardPage, LiveView } from '#shared/dashboard';
import { createMetrics } from '#shared/metrics';
import { CurrentPage } from './current-page.js';
import type { ShownDemo } from './demo-page.js';
import { dashboard } from './test-watch.js';

/** A run as a page shows it. */
function shown(run: string) {
  const told: string[] = [];
  const page: DashboardPage = {
    name: 'demo',
    view: new LiveView(dashboard),
    run: () => run,
    facts: () => ({ Run: run }),
    ready: () => ({ ready: true, reason: '' }),
    parts: { model: () => `model of ${run}` },
    commands: {
      change: Object.assign(async (body: unknown) => `${run} changes ${String(body)}`, {
        beforeTurn: (body: unknown) => void told.push(`before ${String(body)}`),
      }),
    },
    ask: async () => ({ deadLetter: run }),
  };
  const demo: ShownDemo = {
    page,
    refresh: () => void told.push('refresh'),
    // Nothing is watched here.
    watched: { cluster: {} as ShownDemo['watched']['cluster'], metrics: createMetrics('demo'), topics: [], groups: [] },
    close: async () => void told.push('close'),
  };
  return { demo, told };
}

it('shows the run that is there, under one page', async () => {
  const [first, second] = [shown('a'), shown('b')];
  const current = new CurrentPage(first.demo);
  // The pages here do not look at it.
  const cluster = {} as Parameters<typeof current.refresh>[0];
  const { page } = current;
  const { signal } = new AbortController();
  const seen = async () => [
    page.run?.(),
    page.facts(),
    page.parts?.model?.(),
    await page.commands?.change?.(1, signal),
  ];
  expect(await seen()).toEqual(['a', { Run: 'a' }, 'model of a', 'a changes 1']);
  current.refresh(cluster);

  page.commands?.change?.beforeTurn?.(2);
  current.beginAnew();
  current.refresh(cluster);
  expect(first.told).toEqual(['refresh', 'before 2']);
  expect(page.ready()).toEqual({ ready: false, reason: 'the demo begins anew' });
  expect([page.run?.(), page.parts?.model?.()]).toEqual(['a', 'model of a']);
  const refused = 'At this moment the demo begins anew: ask again in some seconds.';
  expect(() => page.commands?.change?.(1, signal)).toThrow(refused);
  expect(() => page.ask?.({}, signal)).toThrow(refused);

  current.show(second.demo);
  expect(page.ready().ready).toBe(true);
  expect(await seen()).toEqual(['b', { Run: 'b' }, 'model of b', 'b changes 1']);
  expect(await page.ask?.({}, signal)).toEqual({ deadLetter: 'b' });
  await current.close();
  expect([first.told, second.told]).toEqual([['refresh', 'before 2'], ['close']]);
});

it('has no views, commands and forms that its demo has not', () => {
  const { demo } = shown('a');
  const { parts: _, commands: __, ask: ___, ...least } = demo.page;
  const { page } = new CurrentPage({ ...demo, page: least });
  expect([page.parts, page.commands, page.ask, page.peek, page.control]).toEqual([
    {},
    {},
    undefined,
    undefined,
    undefined,
  ]);
});
