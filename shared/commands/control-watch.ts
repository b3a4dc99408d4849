import { ControlFollower, ControlWriter, type DesiredState, UNDISTURBED } from '#shared/control';
import { KitError } from '#shared/errors';
import type { DemoCluster } from './demo-cluster.js';

/** What a page knows of a demo's control topic, and how it writes there. */
export class ControlWatch {
  readonly #demo: string;
  readonly #cluster: DemoCluster;
  readonly #starting: Promise<ControlFollower> | undefined;
  #follower: ControlFollower | undefined;
  #writer: Promise<ControlWriter> | undefined;
  readonly #closing = new AbortController();

  /** Begins to follow. `onWarning` is told why the topic cannot be followed at the moment. To be closed before its cluster is. */
  constructor(demo: string, cluster: DemoCluster, onWarning: (sentence: string) => void) {
    this.#demo = demo;
    this.#cluster = cluster;
    if (this.missing !== undefined) return;
    this.#starting = ControlFollower.start(demo, cluster, { onWarning }).then((follower) => {
      this.#follower = follower;
      return follower;
    });
  }

  /** Why nothing can be switched; undefined where it can. */
  get missing(): string | undefined {
    return this.#cluster.noControl;
  }

  /** What is asked for, as far as it is known yet. */
  get state(): DesiredState {
    return this.#follower?.state ?? UNDISTURBED;
  }

  /**
   * Writes an order, and waits until it is read back, be it that another one has overtaken it by then: whoever orders next goes
   * from there.
   * @param write Is given what is asked for now, and gives back the id of its order; undefined where nobody is to wait for it.
   * @param signal Ends the waiting; what was written is not taken back.
   * @throws KitError 'usage' where nothing can be switched, 'run-failed' where the signal came first, or of the cluster.
   */
  async order(
    write: (writer: ControlWriter, now: DesiredState) => Promise<string | undefined>,
    signal: AbortSignal,
  ): Promise<void> {
    const follower = await this.#starting;
    if (follower === undefined) throw new KitError('usage', this.missing ?? 'Nothing can be switched here.');
    // From before it is written: it may be read back before its writer hears that it is written.
    const readBack = new ReadBack(follower, signal);
    try {
      await Promise.race([
        readBack.givenUp,
        this.#open()
          .then((writer) => write(writer, follower.state))
          .then((id) => (id === undefined ? undefined : readBack.of(id))),
      ]);
    } finally {
      readBack.close();
    }
  }

  /** Resolves when what is said there is so; also when the topic is no longer followed, or the signal is aborted, before. */
  async until(isSo: (state: DesiredState) => boolean, signal: AbortSignal): Promise<void> {
    const follower = await this.#starting;
    if (follower === undefined || isSo(follower.state)) return;
    await new Promise<void>((resolve) => {
      const signals = [this.#closing.signal, signal];
      const end = (): void => {
        unfollow();
        for (const each of signals) each.removeEventListener('abort', end);
        resolve();
      };
      const unfollow = follower.onChange((state) => {
        if (isSo(state)) end();
      });
      for (const each of signals) each.addEventListener('abort', end);
      if (signals.some(({ aborted }) => aborted)) end();
    });
  }

  /** Whether the topic is no longer followed. */
  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await (await this.#starting)?.close();
    await (await this.#writer?.catch(() => undefined))?.close();
  }

  /** Only who orders something needs a producer; one that could not be opened is tried anew. */
  async #open(): Promise<ControlWriter> {
    this.#writer ??= ControlWriter.open(this.#demo, this.#cluster);
    try {
      return await this.#writer;
    } catch (error) {
      this.#writer = undefined;
      throw error;
    }
  }
}

/** The orders that come back while one of them is waited for. */
class ReadBack {
  /** Rejects when the signal is aborted. */
  readonly givenUp: Promise<never>;
  readonly #read = new Set<string>();
  readonly #unfollow: () => void;
  readonly #signal: AbortSignal;
  #awaited: { readonly id: string; readonly resolve: () => void } | undefined;
  #giveUp = (): void => undefined;

  constructor(follower: Pick<ControlFollower, 'onChange'>, signal: AbortSignal) {
    this.#signal = signal;
    this.givenUp = new Promise((_, reject) => {
      this.#giveUp = () =>
        reject(new KitError('run-failed', 'The order was not read back in time; it may be still to come.'));
    });
    this.givenUp.catch(() => undefined);
    if (signal.aborted) this.#giveUp();
    signal.addEventListener('abort', this.#giveUp);
    this.#unfollow = follower.onChange((_, { orders }) => {
      for (const id of orders) this.#read.add(id);
      if (this.#awaited && this.#read.has(this.#awaited.id)) this.#awaited.resolve();
    });
  }

  /** Resolves when the order of this id has come back. */
  of(id: string): Promise<void> {
    if (this.#read.has(id)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#awaited = { id, resolve };
    });
  }

  close(): void {
    this.#unfollow();
    this.#signal.removeEventListener('abort', this.#giveUp);
  }
}
