import { startDashboard } from '#shared/dashboard';
import { KitError } from '#shared/errors';
import { createMetrics } from '#shared/metrics';
import { FastDemo } from './fast-demo.js';

// What hour.ts has the pages served by: the page of a demo whose clock goes a quarter of a second with each update,
// and whose records come with it, as many as are given.

/** What it tells: where the page is, once, and what it holds, each time it is asked. */
export interface FastServer {
  readonly url?: string;
  readonly megabytes?: number;
}

const [, , rate, updateMs] = process.argv;

const demo = new FastDemo(Number(rate));
const { url } = await startDashboard({
  port: 0,
  metrics: createMetrics('flight-delay'),
  pages: [demo.page],
  updateMs: Number(updateMs),
});
const tell = (message: FastServer): boolean | undefined => process.send?.(message);

process.on('message', () => {
  if (globalThis.gc === undefined) throw new KitError('internal', 'It is to be started with --expose-gc.');
  globalThis.gc();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  tell({ megabytes: (heapUsed + external + arrayBuffers) / 2 ** 20 });
});
// It does not outlive whoever looks.
process.on('disconnect', () => process.exit());
tell({ url });
