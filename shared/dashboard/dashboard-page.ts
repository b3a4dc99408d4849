import type { LiveView } from './live-view.js';
import type { Readiness } from './page/snapshot.js';

/** What the server has to know of a demo. */
export interface DashboardPage {
  /** The demo's name: a part of its URL where it is one of several. */
  readonly name: string;
  readonly view: Pick<LiveView<never, never>, 'snapshot' | 'summary' | 'boardFolder'>;
  /** Where things are: brokers, registry, topics, mode, guarantee; in the order to show them. */
  readonly facts: () => Record<string, string>;
  readonly ready: () => Readiness;
}
