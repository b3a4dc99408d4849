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

  /**
   * Accounts for the run that comes to its end: the first, or the one after the last time that it was begun anew. Where it
   * cannot begin anew, or is ended meanwhile, that is the failure of the run before.
   */
  async toItsEnd(monitor: MonitorProcess | undefined): Promise<RunOutcome> {
    for (;;) {
      const outcome = await accountForRun(this.#running);
      const { anew, ...others } = outcome;
      if (anew === undefined) return outcome;
      this.#running.terminal.say('The demo begins anew, as was asked.');
      this.page?.beginAnew();
      try {
        await (monitor === undefined ? this.#beginAnew(anew.id) : monitor.without(() => this.#beginAnew(anew.id)));
      } catch (error) {
        return { ...others, failure: { error: KitError.from(error, 'run-failed'), said: false } };
      }
    }
  }

  async #beginAnew(id: string): Promise<void> {
    const { definition, options, demo, terminal, shutdown } = this.#running;
    const begunAt = preciseNow();
    await this.#closing.close();
    const remains = new DemoRemains(definition, demo.cluster, options.namespace);
    const refusal = await whenNobodyReads(() => remains.clear({ keepsControl: true }), shutdown.signal);
    if (shutdown.signal.aborted) throw endedMeanwhile();
    const why = refusal && `${definition.name} does not begin anew, and goes on with its topics: ${refusal.message}`;
    await ensureDemoTopics([definition], options, demo);
    this.#closing = new Closing((error) => options.verbose && terminal.error(error));
    try {
      const answered = { id, why: why ?? null };
      const surroundings = { ...this.#surroundings, begunAt, answered, closing: this.#closing };
      this.#running = await startDemo(definition, options, surroundings);
    } catch (error) {
      // Others may go on beside it: what was started of it is not to be there until they end.
      await this.#closing.close();
      throw shutdown.signal.aborted ? endedMeanwhile() : error;
    }
    if (this.#running.page) this.page?.show(this.#running.page);
    terminal.say(why ?? 'The demo has begun anew.');
  }
}

const endedMeanwhile = (): KitError =>
  new KitError('run-failed', 'The demo was ended while it began anew: what was on its way then is not accounted for.');

/**
 * Clears as soon as nobody reads. Gives back why it could not, as where a monitor that was started alone is at work on the same
 * topics: they are left as they are then. Returns at once when the signal is aborted.
 */
async function whenNobodyReads(clear: () => Promise<unknown>, signal: AbortSignal): Promise<KitError | undefined> {
  const until = performance.now() + MISSED_WITHIN_MS;
  while (!signal.aborted) {
    try {
      await clear();
      return undefined;
    } catch (reason) {
      const error = KitError.from(reason);
      if (error.code !== 'run-failed') throw error;
      if (performance.now() > until) return error;
    }
    await delay(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}
