import type { ControlFollower, DesiredState } from '#shared/control';
import type { OwnBroker } from './own-broker.js';
import type { ScorerProcess } from './scorer-process.js';
import type { PartKilled } from './supervised-process.js';

interface SlotOptions {
  /** Starts a scorer in a process of its own; `onInstance` is to be told by which name it will be heard, before it is. */
  readonly start: (onInstance: (instance: string) => void, givenUp?: AbortSignal) => Promise<ScorerProcess>;
  /** Gives the first one up while it starts. */
  readonly givenUp?: AbortSignal;
  /** Where it is read when another one may be started. */
  readonly control: Pick<ControlFollower, 'state' | 'onChange'>;
  /** The broker, which any demo of the run may have away; undefined where it is not the run's own. */
  readonly broker?: Pick<OwnBroker, 'isAway' | 'onBack'> | undefined;
  /** Told, in a sentence, when one has left and when another has come. */
  readonly say: (sentence: string) => void;
}

interface OpenSlot extends Omit<SlotOptions, 'start' | 'givenUp'> {
  readonly start: () => Promise<ScorerProcess>;
}

/**
 * The place of a demo's own scorer: where the one that has it is killed by a switch, another one takes it as soon as that is
 * off. One that ends for any other reason is gone.
 */
export class ScorerSlot {
  /**
   * Rejects with a KitError when the scorer ends without having been asked to, but by a switch; or when none can be put in
   * its place.
   */
  readonly gone: Promise<never>;
  /** All that have had the place, and the one that is to have it: a killed one is still heard of for some seconds. */
  readonly instances: ReadonlySet<string>;
  readonly #options: OpenSlot;
  readonly #closing = new AbortController();
  #latest: ScorerProcess;
  #starting: Promise<ScorerProcess>;
  #isEmpty = false;

  /** @throws KitError with the scorer's own code when it cannot start. */
  static async open({ givenUp, ...options }: SlotOptions): Promise<ScorerSlot> {
    const instances = new Set<string>();
    const start = (signal?: AbortSignal): Promise<ScorerProcess> =>
      options.start((instance) => instances.add(instance), signal);
    return new ScorerSlot(await start(givenUp), { ...options, start: () => start() }, instances);
  }

  private constructor(first: ScorerProcess, options: OpenSlot, instances: ReadonlySet<string>) {
    this.instances = instances;
    this.#latest = first;
    this.#starting = Promise.resolve(first);
    this.#options = options;
    this.gone = this.#keepFull();
    this.gone.catch(() => undefined);
  }

  /** Of the scorer that has the place, or had it last. */
  get pid(): ScorerProcess['pid'] {
    return this.#latest.pid;
  }

  get model(): ScorerProcess['model'] {
    return this.#latest.model;
  }

  /** Whether the one that was there is killed, and no other has come. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Lets the scorer finish and commit, as `ScorerProcess.close`; no other one takes its place. */
  async close(patienceMs: number): Promise<void> {
    this.#closing.abort();
    const last = await this.#starting.catch(() => undefined);
    await last?.close(patienceMs);
  }

  async #keepFull(): Promise<never> {
    const { say } = this.#options;
    for (;;) {
      const order = await killOrder(this.#latest);
      this.#isEmpty = true;
      const latest = Math.max(0, Math.round((order.endsAt - Date.now()) / 1_000));
      say(
        `The scorer, process ${this.pid}, was killed, as was ordered; another one is started when that is over, in ${latest} s at the latest.`,
      );
      if (!(await this.#fill(order))) return new Promise<never>(() => {});
      this.#isEmpty = false;
      say(`Process ${this.pid} scores in its place.`);
    }
  }

  /** Starts another one when an order is over, and again where the broker goes while it starts; false where it is closed before. */
  async #fill(order: PartKilled['order']): Promise<boolean> {
    for (;;) {
      await untilOver(order, this.#options, this.#closing.signal);
      if (this.#closing.signal.aborted) return false;
      this.#starting = this.#options.start();
      try {
        this.#latest = await this.#starting;
        return true;
      } catch (error) {
        if (this.#options.broker?.isAway !== true) throw error;
      }
    }
  }
}

/** By which order a scorer was killed; rejects where it ended for another reason. */
async function killOrder({ gone, killedBy }: ScorerProcess): Promise<PartKilled['order']> {
  try {
    return await gone;
  } catch (error) {
    const order = killedBy();
    if (order === undefined) throw error;
    return order;
  }
}

/** Resolves when an order is taken back or its time is over, and the broker is there; or when the signal is aborted. */
function untilOver(order: PartKilled['order'], { control, broker }: OpenSlot, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let isHeard = false;
    let isTimeOver = false;
    const isOn = ({ faults }: DesiredState): boolean => {
      const fault = faults.get('killed-scorer');
      isHeard ||= fault?.id === order.id;
      if (isTimeOver) return false;
      if (fault?.id === order.id) return fault.on;
      // The scorer may have heard of the order before this process does.
      return !isHeard && (fault === undefined || fault.issuedAt < order.issuedAt);
    };
    const check = (state: DesiredState): void => {
      const isToBeAway = broker?.isAway === true || state.faults.get('lost-broker')?.on === true;
      if (!signal.aborted && (isOn(state) || isToBeAway)) return;
      unfollow();
      unlisten?.();
      clearTimeout(timer);
      signal.removeEventListener('abort', checkNow);
      resolve();
    };
    const checkNow = (): void => check(control.state);
    const unfollow = control.onChange(check);
    const unlisten = broker?.onBack(checkNow);
    const timer = setTimeout(
      () => {
        isTimeOver = true;
        checkNow();
      },
      Math.max(0, order.endsAt - Date.now()),
    );
    signal.addEventListener('abort', checkNow);
    checkNow();
  });
}
