import type { Command, DashboardPage } from '#shared/dashboard';
import { KitError } from '#shared/errors';
import type { ClusterWatch } from './cluster-watch.js';
import type { ShownDemo } from './demo-page.js';

/** What the page says between two runs. */
const BEGINS_ANEW = 'the demo begins anew';

/**
 * The page of a demo that may begin anew: whoever looks at it stays, and sees the run that is there. All runs of a demo have
 * the same views and the same that can be changed.
 */
export class CurrentPage implements ShownDemo {
  readonly page: DashboardPage;
  readonly watched: ShownDemo['watched'];
  #shown: ShownDemo;
  #isBetween = false;

  constructor(first: ShownDemo) {
    this.#shown = first;
    this.watched = first.watched;
    this.page = this.#pageOf(first.page);
  }

  /** This run is about to end: what it has shown stays to be seen until there is another. */
  beginAnew(): void {
    this.#isBetween = true;
  }

  /** From now on this run is shown. */
  show(next: ShownDemo): void {
    this.#shown = next;
    this.#isBetween = false;
  }

  refresh(cluster: ClusterWatch): void {
    if (!this.#isBetween) this.#shown.refresh(cluster);
  }

  close(): Promise<void> {
    return this.#shown.close();
  }

  #pageOf(first: DashboardPage): DashboardPage {
    const { name, view, parts = {}, commands = {}, control, signals, ask, peek } = first;
    const { boardFolder } = view;
    const now = (): DashboardPage => this.#shown.page;
    /** What changes something, or costs work, is for a run that is there. */
    const inRun = <A extends readonly unknown[], R>(of: (page: DashboardPage) => ((...args: A) => R) | undefined) => {
      return (...args: A): R => {
        const act = this.#isBetween ? undefined : of(now());
        if (act === undefined) throw new KitError('usage', `At this moment ${BEGINS_ANEW}: ask again in some seconds.`);
        return act(...args);
      };
    };
    const inRunCommand = (command: string): Command =>
      Object.assign(
        inRun((page) => page.commands?.[command]),
        { beforeTurn: (body: unknown) => now().commands?.[command]?.beforeTurn?.(body) },
      );
    const forwarded = {
      name,
      view: { boardFolder, snapshot: () => now().view.snapshot(), summary: () => now().view.summary() },
      run: () => now().run?.(),
      facts: () => now().facts(),
      ready: () => (this.#isBetween ? { ready: false, reason: BEGINS_ANEW } : now().ready()),
      parts: Object.fromEntries(namesOf(parts).map((name) => [name, () => now().parts?.[name]?.()])),
      commands: Object.fromEntries(Object.keys(commands).map((name) => [name, inRunCommand(name)])),
      control: control && (() => (now().control ?? control)()),
      signals: signals && (() => (now().signals ?? signals)()),
      ask: ask && inRun((page) => page.ask),
      peek: peek && {
        topics: () => (now().peek ?? peek).topics(),
        records: inRun((page) => page.peek?.records),
        follow: inRun((page) => page.peek?.follow),
      },
      // Whatever a page has is handed on: nothing is left out here unnoticed.
    } satisfies { readonly [K in keyof Required<DashboardPage>]: DashboardPage[K] | undefined };
    // What is undefined in it is absent there.
    return forwarded as DashboardPage;
  }
}

/** The keys of an object are those of its type where nothing else was put into it. */
function namesOf<K extends string>(named: Readonly<Partial<Record<K, unknown>>>): K[] {
  return Object.keys(named) as K[];
}
