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
   * Writes an order, and waits until it is read back: whoever orders next goes from there.
   * @param write Is given what is asked for now, and gives back what tells whether its order is among what is asked for.
   * @throws KitError 'usage' where nothing can be switched, or of the cluster.
   */
  async order(
    write: (writer: ControlWriter, now: DesiredState) => Promise<(state: DesiredState) => boolean>,
  ): Promise<void> {
    const follower = await this.#starting;
    if (follower === undefined) throw new KitError('usage', this.missing ?? 'Nothing can be switched here.');
    const isRead = await write(await this.#open(), follower.state);
    if (isRead(follower.state)) return;
    await new Promise<void>((resolve) => {
      const unfollow = follower.onChange((state) => {
        if (!isRead(state)) return;
        unfollow();
        resolve();
      });
    });
  }

  async close(): Promise<void> {
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
