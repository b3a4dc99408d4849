import { setTimeout as delay } from 'node:timers/promises';
import type { PredictionFields } from '#shared/dashboard';
import { KitError } from '#shared/errors';
import { accountForRun, type RunOutcome } from './account-for-run.js';
import { Closing } from './closing.js';
import { CurrentPage } from './current-page.js';
import { connectDemo, ensureDemoTopics } from './demo-cluster.js';
import type { DemoDefinition } from './demo-definition.js';
import type { DemoOptions } from './demo-options.js';
import { DemoRemains } from './demo-remains.js';
import { type RunningDemo, type Surroundings, startDemo } from './demo-run.js';
import type { MonitorProcess } from './monitor-process.js';
import { preciseNow } from './producer-role.js';

/** A scorer that was killed is a member until the group misses it, after ten seconds. */
const MISSED_WITHIN_MS = 15_000;
const LOOK_AGAIN_MS = 500;

/** The run of a demo, and the next one where it is asked to begin anew; page, cluster and connections stay. */
export class RunSlot<I, P extends PredictionFields, O> {
  readonly page: CurrentPage | undefined;
  readonly #surroundings: Omit<Surroundings, 'closing'>;
  #running: RunningDemo<I, P, O>;
  #closing: Closing;

  /**
   * Connects to a demo's cluster and starts the first run.
   * @throws KitError of the cluster, or of the scorer, that cannot start.
   */
  static async open<I, P extends PredictionFields, O>(
    definition: DemoDefinition<I, P, O>,
    options: DemoOptions,
    { closing, ...others }: Omit<Surroundings, 'demo'>,
  ): Promise<RunSlot<I, P, O>> {
    const demo = await connectDemo(definition, options, others.where);
    closing.add(() => demo.cluster.close());
    const [first] = closing.addSeveral(1);
    const surroundings = { ...others, demo };
    const running = await startDemo(definition, options, { ...surroundings, closing: first ?? closing });
    const slot = new RunSlot(running, surroundings, first ?? closing);
    closing.add(() => slot.#closing.close());
    return slot;
  }

  private constructor(running: RunningDemo<I, P, O>, surroundings: Omit<Surroundings, 'closing'>, closing: Closing) {
    this.#running = running;
    this.#surroundings = surroundings;
    this.#closing = closing;
    this.page = running.page && new CurrentPage(running.page);
  }

  /** The run that is there. */
  get running(): RunningDemo<I, P, O> {
    return this.#running;
  }

  /** Accounts for the run that comes to its end: the first, or the one after the last time that it was begun anew. */
  async toItsEnd(monitor: MonitorProcess | undefined): Promise<RunOutcome> {
    for (;;) {
      const outcome = await accountForRun(this.#running);
      if (!outcome.beginsAnew) return outcome;
      this.#running.terminal.say('The demo begins anew, as was asked.');
      this.page?.beginAnew();
      await (monitor === undefined ? this.#beginAnew() : monitor.without(() => this.#beginAnew()));
    }
  }

  async #beginAnew(): Promise<void> {
    const { definition, options, demo, terminal } = this.#running;
    const begunAt = preciseNow();
    await this.#closing.close();
    try {
      const remains = new DemoRemains(definition, demo.cluster, options.namespace);
      await whenNobodyReads(() => remains.clear({ keepsControl: true }));
    } catch (error) {
      // A part that was started by itself is at work on the same topics: they are left as they are.
      if (KitError.from(error).code !== 'run-failed') throw error;
      terminal.error(error);
      terminal.say('The demo goes on with what is on its topics.');
    }
    await ensureDemoTopics([definition], options, demo);
    this.#closing = new Closing((error) => options.verbose && terminal.error(error));
    this.#running = await startDemo(definition, options, { ...this.#surroundings, begunAt, closing: this.#closing });
    if (this.#running.page) this.page?.show(this.#running.page);
    terminal.say('The demo has begun anew.');
  }
}

async function whenNobodyReads(clear: () => Promise<unknown>): Promise<void> {
  const until = performance.now() + MISSED_WITHIN_MS;
  for (;;) {
    try {
      await clear();
      return;
    } catch (error) {
      if (KitError.from(error).code !== 'run-failed' || performance.now() > until) throw error;
    }
    await delay(LOOK_AGAIN_MS);
  }
}
