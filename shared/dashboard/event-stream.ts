import type { Request, Response } from 'express';
import { StreamedFigures } from './streamed-figures.js';

/** Four times a second is as often as anybody reads. */
const usualUpdateMs = 250;
const aliveMs = 5_000;
const alive = Buffer.from('event: alive\ndata: -\n\n');
const slowForMs = 10_000;
const mostViewers = 500;

interface Viewer {
  readonly response: Response;
  /** What it sees beside the state; undefined where it sees no part. */
  readonly part: StreamedFigures | undefined;
  /** Since when its connection has not taken what was written; undefined while it keeps up. */
  fullSince: number | undefined;
  /** Whether something was left out for it: it gets all that is new once its connection takes more. */
  isBehind: boolean;
}

/**
 * Server-sent events: the state at once to whoever connects, then at most four times a second and only when it has
 * changed; the same line of JSON for all. Who asks with `?part=<name>` gets that part as well, on the same connection,
 * for a browser has six of them for all windows of a server; a part that nobody sees is not made, and one that there is
 * not is left out. Nothing piles up for a slow viewer: it misses states while its connection is full, and is dropped
 * after 10 seconds of that (its browser connects anew).
 */
export class EventStream {
  readonly #state: StreamedFigures;
  readonly #parts: ReadonlyMap<string, StreamedFigures>;
  readonly #viewers = new Set<Viewer>();
  readonly #updateMs: number;
  #timer: NodeJS.Timeout | undefined;
  #stateSentAt = 0;

  /** `updateMs`: how long it is from one update to the next, at least. */
  constructor(
    state: () => unknown,
    parts: ReadonlyMap<string, () => unknown> = new Map(),
    { updateMs = usualUpdateMs }: { readonly updateMs?: number | undefined } = {},
  ) {
    this.#updateMs = updateMs;
    this.#state = new StreamedFigures('state', 'failed', state);
    this.#parts = new Map(
      Array.from(parts, ([name, make]) => [name, new StreamedFigures('part', 'part-failed', make)]),
    );
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** Answers a request for the stream. */
  open(request: Request, response: Response): void {
    if (this.#viewers.size >= mostViewers) {
      response.status(503).type('text').send(`${mostViewers} viewers are connected already: that is the limit.\n`);
      return;
    }
    response.status(200).set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      Connection: 'keep-alive',
      'X-Accel-Buffering': 'no',
    });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    response.flushHeaders();
    const { part } = request.query;
    const viewer: Viewer = {
      response,
      part: typeof part === 'string' ? this.#parts.get(part) : undefined,
      fullSince: undefined,
      isBehind: false,
    };
    this.#viewers.add(viewer);
    response.on('close', () => this.#leave(viewer));
    // A connection that breaks is closed by Node; without a listener its error would end the process.
    response.on('error', () => this.#leave(viewer));
    response.on('drain', () => {
      viewer.fullSince = undefined;
    });
    this.#write(viewer, [Buffer.from(`retry: 1000\n\n${this.#state.make()}${viewer.part?.make() ?? ''}`)]);
    this.#timer ??= setInterval(() => this.#tick(), this.#updateMs);
    this.#timer.unref();
  }

  close(): void {
    for (const viewer of this.#viewers) viewer.response.end();
    this.#viewers.clear();
    this.#stop();
  }

  #tick(): void {
    const seen = new Set([this.#state]);
    for (const { part } of this.#viewers) if (part !== undefined) seen.add(part);
    for (const figures of seen) figures.refresh();
    for (const figures of this.#parts.values()) if (!seen.has(figures)) figures.forget();
    const now = Date.now();
    const isQuiet = !this.#state.isNew && now - this.#stateSentAt >= aliveMs;
    if (this.#state.isNew || isQuiet) this.#stateSentAt = now;
    for (const viewer of this.#viewers) {
      const figures = viewer.part === undefined ? [this.#state] : [this.#state, viewer.part];
      const news = figures.filter(({ isNew }) => isNew || viewer.isBehind).map(({ bytes }) => bytes);
      if (news.length > 0) this.#write(viewer, news);
      else if (isQuiet) this.#write(viewer, [alive]);
    }
  }

  #write(viewer: Viewer, events: readonly Buffer[]): void {
    if (viewer.fullSince !== undefined) {
      viewer.isBehind = true;
      if (Date.now() - viewer.fullSince > slowForMs) viewer.response.destroy();
      return;
    }
    viewer.isBehind = false;
    const { response } = viewer;
    // All of them in one packet, where they fit.
    response.cork();
    const takesMore = events.map((event) => response.write(event)).at(-1) ?? true;
    response.uncork();
    if (!takesMore) viewer.fullSince = Date.now();
  }

  #leave(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size === 0) this.#stop();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const figures of [this.#state, ...this.#parts.values()]) figures.forget();
  }
}
