import { isJsonObject, type Json, type JsonObject } from '../avro-schema.js';
import { schemaTypeOf } from '../parse-schema.js';
import { refusals } from '../rest-error.js';
import type { RouteRequest } from '../router.js';
import type { AskedSchema, ImportedPlace, Visibility } from '../schema-store.js';
import { parseReferences } from '../store-change.js';

/** A named part of the path; the router has matched it, so it is there. */
const pathPart = ({ path }: RouteRequest, name: string): string => path[name] ?? '';

/** A subject of the default context, `:.:name` or plain. Throws 42208 for one of another context. */
export const subjectOf = (request: RouteRequest): string => withoutContext(pathPart(request, 'subject'));

function withoutContext(subject: string): string {
  const [, context, name] = /^:(\.[^:]*|\*):(.*)$/s.exec(subject) ?? [];
  if (context === undefined || name === undefined) return subject;
  if (context !== '.') throw refusals.invalidSubject(subject);
  return name;
}

/** What subjects must begin with: everything in the default context where the parameter asks for any context. */
export const subjectPrefixOf = ({ query }: RouteRequest): string =>
  (query.get('subjectPrefix') ?? '').replace(/^:(\.|\*):/, '');

/** A version number or `latest` (-1 means the same). Throws 42202 for anything else. */
export function versionOf(request: RouteRequest): number | 'latest' {
  const given = pathPart(request, 'version');
  if (given === 'latest' || given === '-1') return 'latest';
  const number = Number(given);
  if (!/^\d+$/.test(given) || number < 1 || number >= 2 ** 31) throw refusals.invalidVersion(given);
  return number;
}

/** A schema's id. Anything but a number is an unknown path, as at Confluent. */
export function idOf(request: RouteRequest): number {
  const given = pathPart(request, 'id');
  if (!/^-?\d+$/.test(given)) throw refusals.noSuchPath();
  return Number(given);
}

/** Whether a query parameter is `true`, in whatever case: Python's client writes `True`. */
export const flag = ({ query }: RouteRequest, name: string): boolean => query.get(name)?.toLowerCase() === 'true';

export function visibilityOf(request: RouteRequest): Visibility {
  if (flag(request, 'deletedOnly')) return 'deleted-only';
  return flag(request, 'deleted') ? 'with-deleted' : 'live';
}

/** The part of a list that `offset` and `limit` ask for; a limit that is no positive number is none. */
export function page<T>({ query }: RouteRequest, list: readonly T[]): T[] {
  const offset = wholeIn(query, 'offset') ?? 0;
  return list.slice(offset, offset + (wholeIn(query, 'limit') || list.length));
}

function wholeIn(query: URLSearchParams, name: string): number | undefined {
  const given = query.get(name) ?? '';
  return /^\d{1,9}$/.test(given) ? Number(given) : undefined;
}

export function bodyOf({ body }: RouteRequest): JsonObject {
  if (!isJsonObject(body)) throw refusals.badRequest('The request body must be a JSON object');
  return body;
}

/** The schema that a request carries. Throws 42201 for what this registry cannot keep. */
export function schemaOf(request: RouteRequest): AskedSchema {
  const { schema, schemaType, references, ruleSet, metadata } = bodyOf(request);
  if (isJsonObject(ruleSet)) throw refusals.unsupported('data contract rules');
  if (isJsonObject(metadata)) throw refusals.unsupported('schema metadata');
  const type = schemaTypeOf(schemaType);
  if (typeof schema !== 'string' || schema === '') throw refusals.invalidSchema('the schema is empty', type);
  const parsed = parseReferences(references ?? []);
  if (parsed === undefined) {
    throw refusals.invalidSchema('references are a list of name, subject and version', type);
  }
  return {
    schemaType: type,
    text: schema,
    references: parsed.map((reference) => ({ ...reference, subject: withoutContext(reference.subject) })),
    normalize: flag(request, 'normalize'),
  };
}

/** The id and version that a request gives a schema; below them is as good as none. Throws 400 for what is no number. */
export function placeOf(request: RouteRequest): ImportedPlace {
  const { id, version } = bodyOf(request);
  return { id: numberFrom(id, 'id', 0), version: numberFrom(version, 'version', 1) };
}

function numberFrom(value: Json | undefined, name: string, least: number): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value >= 2 ** 31) {
    throw refusals.badRequest(`"${name}" must be a whole number below 2^31`);
  }
  return value < least ? undefined : value;
}
