import { randomBytes, timingSafeEqual } from 'node:crypto';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response } from 'express';
import { type ErrorCode, KitError } from '#shared/errors';
import type { Ask, DashboardPage } from './dashboard-page.js';

const mostBytes = 16_384;
const mostAtOnce = 8;
const replyWithinMs = 5_000;
const tokenHeader = 'X-Ask-Token';

const statuses: Partial<Record<ErrorCode, number>> = { usage: 400, 'cluster-unreachable': 503, 'run-failed': 503 };

/**
 * Adds a `POST …/ask` for each page that has a form, and gives back the token of each, by the demo's name: whoever asks
 * must have read it from the page's state, which no other site can.
 */
export function addAskRoutes(app: Express, pages: readonly DashboardPage[]): ReadonlyMap<string, string> {
  const tokens = new Map<string, string>();
  for (const { name, ask } of pages) {
    if (ask === undefined) continue;
    const token = randomBytes(18).toString('base64url');
    tokens.set(name, token);
    const json = express.json({ limit: mostBytes, inflate: false });
    app.post(pages.length > 1 ? `/${name}/ask` : '/ask', fromOwnPage(token), jsonOnly, json, answer(ask), unreadable);
  }
  return tokens;
}

/** Browsers say where a request comes from, and scripts of other sites can neither forge that nor know the token. */
const fromOwnPage =
  (token: string): RequestHandler =>
  ({ headers }, response, next) => {
    const { host = '', origin } = headers;
    const site = headers['sec-fetch-site'];
    const foreign =
      (origin !== undefined && hostOf(origin) !== host.toLowerCase()) || (site ?? 'same-origin') !== 'same-origin';
    if (foreign)
      return refuse(response, 403, 'Asking from another site is refused: open the page of this server itself.');
    if (!isSame(String(headers[tokenHeader.toLowerCase()] ?? ''), token)) {
      return refuse(response, 403, `The request has not the token of this page in ${tokenHeader}: reload the page.`);
    }
    next();
  };

const jsonOnly: RequestHandler = (request, response, next) => {
  if (request.is('application/json') === 'application/json') return next();
  refuse(response, 415, 'The body must be JSON: send it with Content-Type: application/json.');
};

function answer(ask: Ask): RequestHandler {
  let underWay = 0;
  return async ({ body }, response) => {
    if (underWay >= mostAtOnce) {
      response.set('Retry-After', '1');
      refuse(response, 429, `${mostAtOnce} others are waiting for their reply: try again in a moment.`);
      return;
    }
    underWay += 1;
    const startedAt = performance.now();
    try {
      const reply = await ask(body, AbortSignal.timeout(replyWithinMs));
      if (reply === undefined) {
        const waiting = 'it waits in the topic and is scored once a scorer is back';
        refuse(response, 504, `No prediction came within ${replyWithinMs / 1_000} s: ${waiting}.`);
      } else if ('deadLetter' in reply) {
        refuse(response, 422, `It could not be scored and is a dead letter now: ${reply.deadLetter}`);
      } else {
        const tookMs = Math.round((performance.now() - startedAt) * 10) / 10;
        response.set('Cache-Control', 'no-store').json({ prediction: reply.prediction, tookMs });
      }
    } catch (error) {
      const { code, message } = KitError.from(error, 'internal', 'asking for a prediction');
      refuse(response, statuses[code] ?? 500, message);
    } finally {
      underWay -= 1;
    }
  };
}

/** What express says of a body that it cannot read. Express knows an error handler by its four parameters. */
const unreadable: ErrorRequestHandler = (error: { readonly status?: number }, _request, response, _next) => {
  const { status = 400 } = error;
  if (status === 413) refuse(response, 413, `The body is too large: at most ${mostBytes} bytes are read.`);
  else if (status === 415) refuse(response, 415, 'The body must be JSON in UTF-8, not compressed.');
  else refuse(response, 400, 'The body is not JSON: an object is expected.');
};

function refuse(response: Response, status: number, error: string): void {
  response.set('Cache-Control', 'no-store').status(status).json({ error });
}

/** '' where it is no origin, as for a sandboxed frame, whose origin is `null`. */
function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : '';
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
