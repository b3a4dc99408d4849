import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import express, { type Express, type RequestHandler } from 'express';
import { type ErrorCode, KitError } from '#shared/errors';
import type { Command, DashboardPage } from './dashboard-page.js';
import { isLoopback, isUnforgeable } from './guards.js';
import type { Controls } from './page/snapshot.js';
import { fromOwnPage, jsonOnly, mostBodyBytes, refuse, unreadable } from './request-guards.js';

const tokenHeader = 'X-Control-Token';
const endsWithinMs = 45_000;
/** So many changes of a kind wait for those before them; more are refused. */
const mostWaiting = 8;
/** From one change of a kind to the next. */
const apartMs = 250;

const statuses: Partial<Record<ErrorCode, number>> = { usage: 400, 'cluster-unreachable': 503 };

/** Who may change anything by the pages of a server, and what its pages are told of that. */
export interface ControlGuard {
  readonly controls: Controls;
  /** Lets a request pass that may change something, or costs work. */
  readonly guard: RequestHandler;
}

/**
 * Whoever changes anything must have read the token from the state of a page, which no other site can, and must have asked
 * for it under this machine's name or an address in figures. Where controls are off nobody has the token. On unless said
 * where the server is bound to this machine alone.
 */
export function controlGuard(host: string, wanted: boolean | undefined): ControlGuard {
  if (!(wanted ?? isLoopback(host))) {
    const why =
      wanted === false
        ? 'The demo was started with --controls off: this page only shows.'
        : 'This page is served beyond its own machine, so it only shows; --controls on lets all who see it change things.';
    return { controls: { off: why }, guard: (_request, response) => refuse(response, 403, why) };
  }
  const token = randomBytes(18).toString('base64url');
  const ownPage = fromOwnPage(tokenHeader, token);
  const guard: RequestHandler = (request, response, next) => {
    if (isUnforgeable(request.headers.host)) return ownPage(request, response, next);
    refuse(
      response,
      403,
      'By this name nothing can be changed: open the page by its address in figures, or localhost.',
    );
  };
  return { controls: { token }, guard };
}

/** Adds a `POST …/commands/<name>` for each command of the pages. */
export function addCommandRoutes(app: Express, pages: readonly DashboardPage[], { guard }: ControlGuard): void {
  const json = express.json({ limit: mostBodyBytes, inflate: false });
  for (const page of pages) {
    for (const [name, command] of Object.entries(page.commands ?? {})) {
      const path = pages.length > 1 ? `/${page.name}/commands/${name}` : `/commands/${name}`;
      app.post(path, guard, jsonOnly, json, inTurn(name, command), unreadable);
    }
  }
}

/** One after the other, so that none changes what another is looking at, and no faster than can be followed. */
function inTurn(name: string, command: Command): RequestHandler {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return async ({ body }, response) => {
    command.beforeTurn?.(body);
    if (waiting >= mostWaiting) {
      response.set('Retry-After', '1');
      refuse(response, 429, `${mostWaiting} others are changing this just now: try again in a moment.`);
      return;
    }
    waiting += 1;
    const turn = last.then(() => carryOut(command, body));
    last = turn.then(
      () => delay(apartMs, undefined, { ref: false }),
      () => delay(apartMs, undefined, { ref: false }),
    );
    try {
      response.set('Cache-Control', 'no-store').json((await turn) ?? {});
    } catch (error) {
      const { code, message } = KitError.from(error, 'internal', `carrying out "${name}"`);
      refuse(response, statuses[code] ?? 500, message);
    } finally {
      waiting -= 1;
    }
  };
}

/** Ends with the command, or when its time is over: one that hears of nothing would hold up all after it. */
function carryOut(command: Command, body: unknown): Promise<unknown> {
  const signal = AbortSignal.timeout(endsWithinMs);
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(new KitError('run-failed', `It was not done within ${endsWithinMs / 1_000} s; it may be still to come.`));
    });
    command(body, signal).then(resolve, reject);
  });
}
