import { randomBytes } from 'node:crypto';
import express, { type Express, type RequestHandler } from 'express';
import { type ErrorCode, KitError } from '#shared/errors';
import type { Ask, DashboardPage } from './dashboard-page.js';
import { fromOwnPage, jsonOnly, mostBodyBytes, refuse, unreadable } from './request-guards.js';

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
    const json = express.json({ limit: mostBodyBytes, inflate: false });
    app.post(
      pages.length > 1 ? `/${name}/ask` : '/ask',
      fromOwnPage(tokenHeader, token),
      jsonOnly,
      json,
      answer(ask),
      unreadable,
    );
  }
  return tokens;
}

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
