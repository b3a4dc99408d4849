import { type RegistryMode, registryMode } from '../registry-mode.js';
import { refusals } from '../rest-error.js';
import type { Route, RouteRequest } from '../router.js';
import type { SchemaStore } from '../schema-store.js';
import { bodyOf, flag, subjectOf } from './request-parts.js';

/** The mode that a request sets. Throws 42204 for an unknown one. */
function requestedMode(request: RouteRequest): RegistryMode {
  const mode = registryMode(bodyOf(request).mode);
  if (mode === undefined) throw refusals.invalidMode();
  return mode;
}

/** Modes, global and per subject: what may be changed. */
export function modeRoutes(store: SchemaStore): Route[] {
  return [
    { method: 'GET', path: '/mode', answer: () => ({ mode: store.globalMode }) },
    {
      method: 'PUT',
      path: '/mode',
      answer: (request) => {
        store.setGlobalMode(requestedMode(request), flag(request, 'force'));
        return { mode: store.globalMode };
      },
    },
    {
      method: 'DELETE',
      path: '/mode',
      answer: () => {
        const before = store.globalMode;
        store.setGlobalMode('READWRITE', false);
        return { mode: before };
      },
    },
    {
      method: 'GET',
      path: '/mode/:subject',
      answer: (request) => {
        const subject = subjectOf(request);
        const mode = flag(request, 'defaultToGlobal') ? store.modeInForce(subject) : store.subjectMode(subject);
        if (mode === undefined) throw refusals.subjectModeNotConfigured(subject);
        return { mode };
      },
    },
    {
      method: 'PUT',
      path: '/mode/:subject',
      answer: (request) => {
        const mode = requestedMode(request);
        store.setSubjectMode(subjectOf(request), mode, flag(request, 'force'));
        return { mode };
      },
    },
    {
      method: 'DELETE',
      path: '/mode/:subject',
      answer: (request) => {
        const subject = subjectOf(request);
        const mode = store.subjectMode(subject);
        if (mode === undefined) throw refusals.subjectNotFound(subject);
        store.setSubjectMode(subject, null);
        return { mode };
      },
    },
  ];
}
