import { type CompatibilityLevel, compatibilityLevel } from '../compatibility.js';
import { refusals } from '../rest-error.js';
import type { Route, RouteRequest } from '../router.js';
import type { SchemaStore } from '../schema-store.js';
import { bodyOf, flag, subjectOf } from './request-parts.js';

/** The level that a request sets. Throws 42203 for an unknown one. */
function requestedLevel(request: RouteRequest): CompatibilityLevel {
  const level = compatibilityLevel(bodyOf(request).compatibility);
  if (level === undefined) throw refusals.invalidLevel();
  return level;
}

/** Compatibility levels, global and per subject. */
export function configRoutes(store: SchemaStore): Route[] {
  return [
    { method: 'GET', path: '/config', answer: () => ({ compatibilityLevel: store.globalLevel }) },
    {
      method: 'PUT',
      path: '/config',
      answer: (request) => {
        store.globalLevel = requestedLevel(request);
        return { compatibility: store.globalLevel };
      },
    },
    {
      method: 'DELETE',
      path: '/config',
      answer: () => {
        const before = store.globalLevel;
        store.globalLevel = 'BACKWARD';
        return { compatibilityLevel: before };
      },
    },
    {
      method: 'GET',
      path: '/config/:subject',
      answer: (request) => {
        const subject = subjectOf(request);
        const level = flag(request, 'defaultToGlobal') ? store.levelInForce(subject) : store.subjectLevel(subject);
        if (level === undefined) throw refusals.subjectLevelNotConfigured(subject);
        return { compatibilityLevel: level };
      },
    },
    {
      method: 'PUT',
      path: '/config/:subject',
      answer: (request) => {
        const level = requestedLevel(request);
        store.setSubjectLevel(subjectOf(request), level);
        return { compatibility: level };
      },
    },
    {
      method: 'DELETE',
      path: '/config/:subject',
      answer: (request) => {
        const subject = subjectOf(request);
        const level = store.subjectLevel(subject);
        if (level === undefined) throw refusals.subjectNotFound(subject);
        store.setSubjectLevel(subject, null);
        return { compatibilityLevel: level };
      },
    },
  ];
}
