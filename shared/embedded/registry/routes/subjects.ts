import type { JsonObject } from '../avro-schema.js';
import { RestError } from '../rest-error.js';
import type { Route, RouteRequest } from '../router.js';
import type { SchemaStore } from '../schema-store.js';
import { describeVersion, textOf } from './describe.js';
import { flag, page, placeOf, schemaOf, subjectOf, subjectPrefixOf, versionOf, visibilityOf } from './request-parts.js';

/** Subjects, their versions, and whether a schema would be a compatible next one. */
export function subjectRoutes(store: SchemaStore): Route[] {
  const versionIn = (request: RouteRequest) =>
    store.version(subjectOf(request), versionOf(request), flag(request, 'deleted') ? 'with-deleted' : 'live');
  const judge = (request: RouteRequest, against?: number | 'latest'): JsonObject => {
    const verbose = flag(request, 'verbose');
    const { messages, notes } = checked(store, request, against, verbose);
    return { is_compatible: messages.length === 0, ...(verbose && { messages: [...messages, ...notes] }) };
  };
  return [
    {
      method: 'GET',
      path: '/subjects',
      answer: (request) => {
        const prefix = subjectPrefixOf(request);
        const found = store.subjects(visibilityOf(request)).filter((subject) => subject.startsWith(prefix));
        return page(request, found);
      },
    },
    {
      method: 'POST',
      path: '/subjects/:subject',
      answer: (request) => {
        const visibility = flag(request, 'deleted') ? 'with-deleted' : 'live';
        return describeVersion(store.lookUp(subjectOf(request), schemaOf(request), visibility), request);
      },
    },
    {
      method: 'DELETE',
      path: '/subjects/:subject',
      answer: (request) => store.deleteSubject(subjectOf(request), flag(request, 'permanent')),
    },
    {
      method: 'GET',
      path: '/subjects/:subject/versions',
      answer: (request) =>
        page(request, store.versions(subjectOf(request), visibilityOf(request))).map(({ version }) => version),
    },
    {
      method: 'POST',
      path: '/subjects/:subject/versions',
      answer: (request) => ({
        id: store.register(subjectOf(request), schemaOf(request), placeOf(request)).schema.id,
      }),
    },
    {
      method: 'GET',
      path: '/subjects/:subject/versions/:version',
      answer: (request) => describeVersion(versionIn(request), request),
    },
    {
      method: 'GET',
      path: '/subjects/:subject/versions/:version/schema',
      text: (request) => textOf(versionIn(request).schema, request),
    },
    {
      method: 'GET',
      path: '/subjects/:subject/versions/:version/referencedby',
      answer: (request) => page(request, store.referencedBy(versionIn(request), visibilityOf(request))),
    },
    {
      method: 'DELETE',
      path: '/subjects/:subject/versions/:version',
      answer: (request) => store.deleteVersion(subjectOf(request), versionOf(request), flag(request, 'permanent')),
    },
    {
      method: 'POST',
      path: '/compatibility/subjects/:subject/versions',
      answer: (request) => judge(request),
    },
    {
      method: 'POST',
      path: '/compatibility/subjects/:subject/versions/:version',
      answer: (request) => judge(request, versionOf(request)),
    },
  ];
}

/** With `verbose`, a schema that is none is an answer, as at Confluent; and what was not judged is said. */
function checked(store: SchemaStore, request: RouteRequest, against: number | 'latest' | undefined, verbose: boolean) {
  try {
    const asked = schemaOf(request);
    const messages = store.check(subjectOf(request), asked, against);
    const notes =
      asked.schemaType === 'AVRO' || messages.length > 0
        ? []
        : [`This registry does not judge the compatibility of ${asked.schemaType} schemas`];
    return { messages, notes };
  } catch (reason) {
    if (!verbose || !(reason instanceof RestError) || reason.errorCode !== 42201) throw reason;
    return { messages: [reason.message], notes: [] };
  }
}
