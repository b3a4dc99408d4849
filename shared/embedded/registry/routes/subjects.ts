import type { JsonObject } from '../avro-schema.js';
import { refusals } from '../rest-error.js';
import type { Route, RouteRequest } from '../router.js';
import type { SchemaStore, SubjectVersion } from '../schema-store.js';
import { bodyOf, flag, schemaTextOf, subjectOf, versionOf, visibilityOf } from './request-parts.js';

/** A version as clients read it; `schemaType` is left out, which means AVRO. */
export const describeVersion = ({ subject, version, schema }: SubjectVersion): JsonObject => ({
  subject,
  version,
  id: schema.id,
  schema: schema.text,
});

/** Subjects, their versions, and whether a schema would be a compatible next one. */
export function subjectRoutes(store: SchemaStore): Route[] {
  const versionIn = (request: RouteRequest) =>
    store.version(subjectOf(request), versionOf(request), flag(request, 'deleted') ? 'with-deleted' : 'live');
  const judge = (request: RouteRequest, against?: number | 'latest'): JsonObject => {
    const messages = store.check(subjectOf(request), schemaTextOf(request), against);
    return { is_compatible: messages.length === 0, ...(flag(request, 'verbose') && { messages }) };
  };
  return [
    {
      method: 'GET',
      path: '/subjects',
      answer: (request) => {
        const prefix = request.query.get('subjectPrefix') ?? '';
        return store.subjects(visibilityOf(request)).filter((subject) => subject.startsWith(prefix));
      },
    },
    {
      method: 'POST',
      path: '/subjects/:subject',
      answer: (request) => {
        const visibility = flag(request, 'deleted') ? 'with-deleted' : 'live';
        return describeVersion(store.lookUp(subjectOf(request), schemaTextOf(request), visibility));
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
      answer: (request) => store.versions(subjectOf(request), visibilityOf(request)).map(({ version }) => version),
    },
    {
      method: 'POST',
      path: '/subjects/:subject/versions',
      answer: (request) => {
        const { id } = bodyOf(request);
        if (typeof id === 'number' && id >= 0) {
          throw refusals.notPermitted(`Subject ${subjectOf(request)} is not in import mode`);
        }
        return { id: store.register(subjectOf(request), schemaTextOf(request)).schema.id };
      },
    },
    {
      method: 'GET',
      path: '/subjects/:subject/versions/:version',
      answer: (request) => describeVersion(versionIn(request)),
    },
    {
      method: 'GET',
      path: '/subjects/:subject/versions/:version/schema',
      text: (request) => versionIn(request).schema.text,
    },
    {
      method: 'GET',
      path: '/subjects/:subject/versions/:version/referencedby',
      answer: (request) => {
        versionIn(request);
        return [];
      },
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
