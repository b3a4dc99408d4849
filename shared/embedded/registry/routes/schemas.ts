import type { Route, RouteRequest } from '../router.js';
import type { SchemaStore, SubjectVersion } from '../schema-store.js';
import { flag, idOf, visibilityOf } from './request-parts.js';
import { describeVersion } from './subjects.js';

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
    { method: 'GET', path: '/schemas', answer: (request) => store.all(visibilityOf(request)).map(describeVersion) },
    { method: 'GET', path: '/schemas/types', answer: () => ['AVRO'] },
    {
      method: 'GET',
      path: '/schemas/ids/:id',
      answer: (request) => ({ schema: store.schema(idOf(request)).text }),
    },
    { method: 'GET', path: '/schemas/ids/:id/schema', text: (request) => store.schema(idOf(request)).text },
    {
      method: 'GET',
      path: '/schemas/ids/:id/subjects',
      answer: (request) => [...new Set(usesOf(request).map(({ subject }) => subject))],
    },
    {
      method: 'GET',
      path: '/schemas/ids/:id/versions',
      answer: (request) => usesOf(request).map(({ subject, version }) => ({ subject, version })),
    },
  ];
}
