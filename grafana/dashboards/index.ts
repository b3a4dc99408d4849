import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { demoDashboard, type ShownDemo } from './demo.js';
import { modelQuality } from './model-quality.js';
import { overview } from './overview.js';
import { streamsInternals } from './streams-internals.js';

export type { ShownDemo } from './demo.js';

/** Every dashboard of the kit, of these demos: what Grafana is given. */
export function everyDashboard(demos: readonly ShownDemo[]): Dashboard[] {
  const names = demos.map(({ definition }) => definition.name);
  return [overview(names), ...demos.map(demoDashboard), streamsInternals(names), modelQuality(names)];
}
