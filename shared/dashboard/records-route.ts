import type { Express, RequestHandler, Response } from 'express';
import { type ErrorCode, KitError } from '#shared/errors';
import type { ControlGuard } from './command-route.js';
import type { DashboardPage, Peek } from './dashboard-page.js';
import { refuse } from './request-guards.js';

const mostAtOnce = 2;
const mostWaiting = 6;
const lookForMs = 3_000;
/** After that nobody waits any more: the cluster does not answer, and the look ends by itself once that is certain. */
const waitForMs = 5_000;
/** So long an answer is good for others who ask the same: a hundred viewers that follow a topic are one reader of it. */
const sharedForMs = 500;
const mostShared = 8;

const statuses: Partial<Record<ErrorCode, number>> = {
  usage: 400,
  'cluster-unreachable': 503,
  'topic-mismatch': 503,
  schema: 503,
};

/** Adds a `GET …/records` and a `GET …/follow` for each page that can be looked into. It costs work, so it wants the token of those that change something. */
export function addRecordsRoutes(app: Express, pages: readonly DashboardPage[], { guard }: ControlGuard): void {
  for (const { name, peek } of pages) {
    if (peek === undefined) continue;
    const at = pages.length > 1 ? `/${name}` : '';
    const turns = new Turns();
    app.get(`${at}/records`, guard, answer(turns, peek.records));
    app.get(`${at}/follow`, guard, answer(turns, peek.follow));
  }
}

interface Shared {
  readonly answer: Promise<object>;
  readonly until: number;
}

function answer(turns: Turns, look: Peek['records'] | Peek['follow']): RequestHandler {
  const shared = new Map<string, Shared>();
  return async ({ query }, response) => {
    const asked = JSON.stringify(query);
    const known = shared.get(asked);
    try {
      if (known !== undefined && known.until > performance.now()) {
        give(response, await inTime(known.answer));
        return;
      }
      if (turns.areTaken) {
        response.set('Retry-After', '1');
        refuse(response, 429, `${mostAtOnce + mostWaiting} others are looking into topics: try again in a moment.`);
        return;
      }
      const looking = turns.take<object>(() => look(query, AbortSignal.timeout(lookForMs)));
      shared.delete(asked);
      shared.set(asked, { answer: looking, until: performance.now() + sharedForMs });
      const [oldest] = shared.keys();
      if (shared.size > mostShared && oldest !== undefined) shared.delete(oldest);
      give(response, await inTime(looking));
    } catch (error) {
      const { code, message } = KitError.from(error, 'internal', 'looking into a topic');
      refuse(response, statuses[code] ?? 500, message);
    }
  };
}

/** A few at once; some more wait for one of them to end. */
class Turns {
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;

  get areTaken(): boolean {
    return this.#underWay >= mostAtOnce && this.#waiting.length >= mostWaiting;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#underWay >= mostAtOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#underWay += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // Whoever waits takes over the turn as it is.
      if (next === undefined) this.#underWay -= 1;
      else next();
    }
  }
}

async function inTime(looking: Promise<object>): Promise<object> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const sentence = `The cluster has not answered for ${waitForMs / 1_000} s: nothing can be looked at now.`;
    timer = setTimeout(() => reject(new KitError('cluster-unreachable', sentence)), waitForMs);
  });
  try {
    return await Promise.race([looking, late]);
  } finally {
    clearTimeout(timer);
  }
}

function give(response: Response, found: object): void {
  response.set('Cache-Control', 'no-store').json(found);
}
