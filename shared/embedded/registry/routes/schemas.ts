import type { Route, RouteRequest } from '../router.js';
import { schemaTypes } from '../schema-content.js';
import type { SchemaStore, SubjectVersion } from '../schema-store.js';
import { describeSchema, describeVersion, textOf } from './describe.js';
import { flag, idOf, page, subjectPrefixOf, visibilityOf } from './request-parts.js';

/** Schemas by their global id, which is what a record carries. */
export function schemaRoutes(store: SchemaStore): Route[] {
  const usesOf = (request: RouteRequest): SubjectVersion[] => {
    const schema = store.schema(idOf(request));
    const subject = request.query.get('subject');
    return store
      .all(flag(request, 'deleted') ? 'with-deleted' : 'live')
      .filter((version) => version.schema === schema && (subject === null || version.subject === subject));
  };
  return [
    {
      method: 'GET',
      path: '/schemas',
      answer: (request) => {
        const prefix = subjectPrefixOf(request);
        const found = store.all(visibilityOf(request)).filter(({ subject }) => subject.startsWith(prefix));
        const wanted = flag(request, 'latestOnly')
          ? found.filter(({ subject }, i) => found[i + 1]?.subject !== subject)
          : found;
        return page(request, wanted).map((version) => describeVersion(version, request));
      },
    },
    { method: 'GET', path: '/schemas/types', answer: () => [...schemaTypes] },
    {
      method: 'GET',
      path: '/schemas/ids/:id',
      answer: (request) => ({
        ...describeSchema(store.schema(idOf(request)), request),
        ...(flag(request, 'fetchMaxId') && { maxId: store.lastId }),
      }),
    },
    { method: 'GET', path: '/schemas/ids/:id/schema', text: (request) => textOf(store.schema(idOf(request)), request) },
    {
      method: 'GET',
      path: '/schemas/ids/:id/subjects',
      answer: (request) => page(request, [...new Set(usesOf(request).map(({ subject }) => subject))]),
    },
    {
      method: 'GET',
      path: '/schemas/ids/:id/versions',
      answer: (request) => page(request, usesOf(request)).map(({ subject, version }) => ({ subject, version })),
    },
    { method: 'GET', path: '/contexts', answer: (request) => page(request, ['.']) },
  ];
}
