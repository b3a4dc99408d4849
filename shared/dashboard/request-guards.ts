import { timingSafeEqual } from 'node:crypto';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';

/** More is read of no body. */
export const mostBodyBytes = 16_384;

/**
 * Lets a request pass that a page of this server makes, and has the token in its header. Browsers say where a request comes
 * from, and scripts of other sites can neither forge that nor know the token.
 */
export const fromOwnPage =
  (header: string, token: string): RequestHandler =>
  ({ headers }, response, next) => {
    const { host = '', origin } = headers;
    const site = headers['sec-fetch-site'];
    const foreign =
      (origin !== undefined && hostOf(origin) !== host.toLowerCase()) || (site ?? 'same-origin') !== 'same-origin';
    if (foreign)
      return refuse(response, 403, 'Asking from another site is refused: open the page of this server itself.');
    if (!isSame(String(headers[header.toLowerCase()] ?? ''), token)) {
      return refuse(response, 403, `The request has not the token of this page in ${header}: reload the page.`);
    }
    next();
  };

/** Lets a body pass that is JSON by its type. */
export const jsonOnly: RequestHandler = (request, response, next) => {
  if (request.is('application/json') === 'application/json') return next();
  refuse(response, 415, 'The body must be JSON: send it with Content-Type: application/json.');
};

/** What express says of a body that it cannot read. Express knows an error handler by its four parameters. */
export const unreadable: ErrorRequestHandler = (error: { readonly status?: number }, _request, response, _next) => {
  const { status = 400 } = error;
  if (status === 413) refuse(response, 413, `The body is too large: at most ${mostBodyBytes} bytes are read.`);
  else if (status === 415) refuse(response, 415, 'The body must be JSON in UTF-8, not compressed.');
  else refuse(response, 400, 'The body is not JSON: an object is expected.');
};

/** Answers with a sentence, as JSON. */
export function refuse(response: Response, status: number, error: string): void {
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
