import { isJsonObject, type JsonObject } from '../avro-schema.js';
import { refusals } from '../rest-error.js';
import type { RouteRequest } from '../router.js';
import type { Visibility } from '../schema-store.js';

/** A named part of the path; the router has matched it, so it is there. */
const pathPart = ({ path }: RouteRequest, name: string): string => path[name] ?? '';

export const subjectOf = (request: RouteRequest): string => pathPart(request, 'subject');

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

export function bodyOf({ body }: RouteRequest): JsonObject {
  if (!isJsonObject(body)) throw refusals.badRequest('The request body must be a JSON object');
  return body;
}

/** The text of the Avro schema that a request carries. Throws 42201 for what this registry cannot keep. */
export function schemaTextOf(request: RouteRequest): string {
  const { schema, schemaType, references, ruleSet, metadata } = bodyOf(request);
  if (schemaType !== undefined && schemaType !== null && schemaType !== 'AVRO') {
    throw refusals.unsupported(`the schema type ${JSON.stringify(schemaType)}`);
  }
  if (Array.isArray(references) && references.length > 0) throw refusals.unsupported('schema references');
  if (isJsonObject(ruleSet)) throw refusals.unsupported('data contract rules');
  if (isJsonObject(metadata)) throw refusals.unsupported('schema metadata');
  if (typeof schema !== 'string' || schema === '') throw refusals.invalidSchema('the schema is empty');
  return schema;
}
