import type { Json } from './avro-schema.js';
import { refusals } from './rest-error.js';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** What a route is given: the path's named parts, decoded, the query, and the parsed JSON body (undefined without one). */
export interface RouteRequest {
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Json | undefined;
}

/** One path of the API, `/subjects/:subject/versions`. A string that is answered by `text` goes out as it is. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly answer?: (request: RouteRequest) => Json;
  readonly text?: (request: RouteRequest) => string;
}

export interface MatchedRoute {
  readonly route: Route;
  readonly path: Readonly<Record<string, string>>;
}

/** Finds the route of a request. Throws RestError 404 for an unknown path, 405 for a known one with another method, 400 for a malformed escape. */
export function matchRoute(routes: readonly Route[], method: string, pathname: string): MatchedRoute {
  const given = pathname.split('/').filter((segment) => segment !== '');
  let known = false;
  for (const route of routes) {
    const path = matchPath(route.path.split('/').slice(1), given);
    if (path === undefined) continue;
    if (route.method === method) return { route, path };
    known = true;
  }
  throw known ? refusals.methodNotAllowed() : refusals.noSuchPath();
}

function matchPath(expected: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  const pattern = expected.filter((segment) => segment !== '');
  if (pattern.length !== given.length) return undefined;
  const path: Record<string, string> = {};
  for (const [i, segment] of pattern.entries()) {
    const found = given[i] ?? '';
    if (segment.startsWith(':')) path[segment.slice(1)] = decode(found);
    else if (segment !== found) return undefined;
  }
  return path;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw refusals.badRequest(`"${segment}" in the path is not percent-encoded UTF-8`);
  }
}
