import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import type { WatchedPage } from './browser.js';

/** What an update of the page took, in milliseconds. */
export interface UpdateCost {
  /** All that runs of the page's own: reading what came, drawing, and what of style and layout that asks for. */
  readonly script: number;
  /** The same as the processor's time: what the machine does beside it is not in it. */
  readonly scriptProcessor: number;
  /** Style, layout and paint after it, as the processor's time. */
  readonly layout: number;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
}

const scripts = new Set([
  'EventDispatch',
  'FireAnimationFrame',
  'FunctionCall',
  'TimerFire',
  'RunMicrotasks',
  'v8.run',
]);
const layouts = new Set(['UpdateLayoutTree', 'Layout', 'PrePaint', 'Paint', 'Layerize', 'Commit']);
const WARM_UP_UPDATES = 40;
const LOOK_EVERY_MS = 500;
const categories = ['devtools.timeline', 'blink.user_timing', 'disabled-by-default-devtools.timeline'];

/** Has the browser write down what the page does for so many updates, at the page's own pace, once its code is compiled. */
export async function updateCosts(browser: Browser, watched: WatchedPage, updates: number): Promise<UpdateCost[]> {
  const drawn = async (more: number): Promise<void> => {
    const until = (await watched.drawn()) + more;
    while ((await watched.drawn()) < until) await delay(LOOK_EVERY_MS);
  };
  await drawn(WARM_UP_UPDATES);
  await browser.startTracing(watched.page, { categories });
  await drawn(updates + 1);
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  return costsOf(traceEvents);
}

/** From one drawn update to the next. */
function costsOf(events: readonly TraceEvent[]): UpdateCost[] {
  const marks = events.filter(({ name }) => name === 'drawn');
  const [mark] = marks;
  if (mark === undefined) return [];
  const own = events
    .filter(({ ph, pid, tid }) => ph === 'X' && pid === mark.pid && tid === mark.tid)
    .toSorted((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  const costs = marks.slice(1).map(() => ({ script: 0, scriptProcessor: 0, layout: 0 }));
  let update = -1;
  let until = 0;
  for (const { name, ts, dur = 0, tdur } of own) {
    // Within what is counted already.
    if (ts < until || !(scripts.has(name) || layouts.has(name))) continue;
    until = ts + dur;
    // A drawing is marked at its end.
    while (update + 1 < marks.length && (marks[update + 1]?.ts ?? 0) < ts) update += 1;
    const cost = costs[update];
    if (cost === undefined) continue;
    if (layouts.has(name)) cost.layout += (tdur ?? Number.NaN) / 1_000;
    else {
      cost.script += dur / 1_000;
      cost.scriptProcessor += (tdur ?? Number.NaN) / 1_000;
    }
  }
  return costs;
}
