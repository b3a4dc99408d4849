import type { Request, Response } from 'express';
import { KitError } from '#shared/errors';

const intervalMs = 250;
const aliveMs = 5_000;
const slowForMs = 10_000;
const mostViewers = 500;

interface Viewer {
  readonly response: Response;
  /** Since when its connection has not taken what was written; undefined while it keeps up. */
  fullSince: number | undefined;
}

/**
 * Server-sent events: the state at once to whoever connects, then at most four times a second and only when it has
 * changed; the same line of JSON for all. Nothing piles up for a slow viewer: it misses states while its connection
 * is full, and is dropped after 10 seconds of that (its browser connects anew).
 */
export class EventStream {
  readonly #state: () => unknown;
  readonly #viewers = new Set<Viewer>();
  #timer: NodeJS.Timeout | undefined;
  #last = '';
  #lastSentAt = 0;

  constructor(state: () => unknown) {
    this.#state = state;
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
    const viewer: Viewer = { response, fullSince: undefined };
    this.#viewers.add(viewer);
    response.on('close', () => this.#leave(viewer));
    // A connection that breaks is closed by Node; without a listener its error would end the process.
    response.on('error', () => this.#leave(viewer));
    response.on('drain', () => {
      viewer.fullSince = undefined;
    });
    this.#write(viewer, `retry: 1000\n\n${this.#message()}`);
    this.#timer ??= setInterval(() => this.#tick(), intervalMs);
    this.#timer.unref();
  }

  close(): void {
    for (const viewer of this.#viewers) viewer.response.end();
    this.#viewers.clear();
    this.#stop();
  }

  #tick(): void {
    const message = this.#message();
    const changed = message !== this.#last;
    const now = Date.now();
    if (!changed && now - this.#lastSentAt < aliveMs) return;
    this.#last = message;
    this.#lastSentAt = now;
    for (const viewer of this.#viewers) this.#write(viewer, changed ? message : 'event: alive\ndata: -\n\n');
  }

  #message(): string {
    try {
      return `event: state\ndata: ${JSON.stringify(this.#state())}\n\n`;
    } catch (error) {
      // A fault in a demo's own columns must not end the run: the page says it instead of figures.
      const { message } = KitError.from(error, 'internal', "making the live page's figures");
      return `event: failed\ndata: ${JSON.stringify({ message })}\n\n`;
    }
  }

  #write(viewer: Viewer, text: string): void {
    if (viewer.fullSince !== undefined) {
      if (Date.now() - viewer.fullSince > slowForMs) viewer.response.destroy();
      return;
    }
    if (!viewer.response.write(text)) viewer.fullSince = Date.now();
  }

  #leave(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size === 0) this.#stop();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#last = '';
  }
}
