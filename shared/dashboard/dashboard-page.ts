import type { LiveView } from './live-view.js';
import type { ControlView } from './page/control-state.js';
import type { FollowedRecord, PeekedRecords, RecordsState } from './page/records-state.js';
import type { Signals } from './page/signal-state.js';
import type { PartName, Readiness } from './page/snapshot.js';

/** What the server has to know of a demo. */
export interface DashboardPage {
  /** The demo's name: a part of its URL where it is one of several. */
  readonly name: string;
  readonly view: Pick<LiveView<never, never>, 'snapshot' | 'summary' | 'boardFolder'>;
  /** Where things are: brokers, registry, topics, mode, guarantee; in the order to show them. */
  readonly facts: () => Record<string, string>;
  readonly ready: () => Readiness;
  /** What tells one run of the demo from the next: open pages begin anew with it; absent where nobody knows. */
  readonly run?: () => string | undefined;
  /**
   * What the further views of the page draw, made while one looks at them: they come with the state at `events?part=<name>`,
   * and the module and style are `page/<name>-tab.ts` and `page/<name>.css`. A view whose part is not here is not shown.
   */
  readonly parts?: Readonly<Partial<Record<PartName, () => unknown>>>;
  /** How the demo is being played; absent where nobody can know. */
  readonly control?: () => ControlView;
  /** What is wrong, by all that the page knows; absent where nobody looks. */
  readonly signals?: () => Signals;
  /** What can be changed by the page: `POST commands/<name>`. */
  readonly commands?: Readonly<Record<string, Command>>;
  /** Where the demo's board has a form: `POST ask`, beside the page. */
  readonly ask?: Ask;
  /** Where its topics can be looked into: `GET records`, beside the page. */
  readonly peek?: Peek;
}

/** A look into a demo's topics. */
export interface Peek {
  /** The topics, as they were found at most a second or two ago, and why they were not. */
  readonly topics: () => Pick<RecordsState, 'topics' | 'problem'>;
  /**
   * Records of one of them, by the parameters of a URL; what was found when the signal is aborted.
   * @throws KitError 'usage' where the question is wrong; 'cluster-unreachable'.
   */
  readonly records: (query: unknown, signal: AbortSignal) => Promise<PeekedRecords>;
  /**
   * One record followed, by its id or by where one of its records lies: the parameters of a URL.
   * @throws KitError 'usage' where the question is wrong; 'cluster-unreachable'.
   */
  readonly follow: (query: unknown, signal: AbortSignal) => Promise<FollowedRecord>;
}

/**
 * Changes something, as the JSON that the page sends says; what it gives back is sent to the page. Those of one name are
 * carried out one after the other.
 * @throws KitError 'usage' where it cannot be done as asked for, or 'cluster-unreachable'.
 */
export type Command = ((body: unknown, signal: AbortSignal) => Promise<unknown>) & {
  /** Called at once, with what was sent, before those that wait are carried out; it never throws. */
  readonly beforeTurn?: (body: unknown) => void;
};

/** How asking ended. */
export type AskReply = { readonly prediction: unknown } | { readonly deadLetter: string };

/**
 * Puts what a form sent on the demo's input topic and waits for the reply; undefined when the signal is aborted before.
 * @throws KitError 'usage' where the demo cannot take what was sent; 'cluster-unreachable', or 'run-failed' where the run
 * takes in nothing more.
 */
export type Ask = (body: unknown, signal: AbortSignal) => Promise<AskReply | undefined>;
