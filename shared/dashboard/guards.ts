import { isIP, isIPv4 } from 'node:net';
import type { RequestHandler } from 'express';

const headers: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Sets the headers that keep the page to its own scripts and out of other sites' frames. */
export const safeHeaders: RequestHandler = (_request, response, next) => {
  response.set(headers);
  next();
};

/** What the server shows, nobody changes by it: whatever else would is refused. */
export const readOnly: RequestHandler = (request, response, next) => {
  if (request.method === 'GET' || request.method === 'HEAD') return next();
  response.set('Allow', 'GET, HEAD').status(405).type('text').send('This server only shows: use GET or HEAD.\n');
};

/**
 * Refuses requests under a name other than this machine's own, while the server is bound to loopback: a web page
 * elsewhere could otherwise point its own name at 127.0.0.1 and read what is here (DNS rebinding).
 */
export const ownNameOnly: RequestHandler = (request, response, next) => {
  const name = hostName(request.headers.host ?? '');
  if (name === 'localhost' || isLoopback(name)) return next();
  response.status(403).type('text').send('This server is bound to this machine: use 127.0.0.1 or localhost.\n');
};

/**
 * Whether a request was made under this machine's own name or an address in figures. A name of another site's that was
 * pointed here (DNS rebinding) is neither, whatever address the server is bound to, and whatever port it is published at.
 */
export function isUnforgeable(host: string | undefined): boolean {
  const name = hostName(host ?? '');
  return name === 'localhost' || isIP(name) !== 0;
}

/** Whether an address or name to bind to is this machine's own. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** The name in a Host header without its port and without the brackets of IPv6; '' where it is none. */
function hostName(header: string): string {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::\d{1,5})?$/i.exec(header);
  return (match?.[1] ?? match?.[2] ?? '').toLowerCase();
}
