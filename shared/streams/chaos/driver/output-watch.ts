import type { Cluster, PartitionReader } from '#shared/kafka';
import { type ChaosTopics, PARTITIONS } from '../chaos-topology.js';

interface Takeover {
  readonly from: string;
  readonly since: number;
  readonly lanes: Set<number>;
}

/** Follows the outputs as a reader of them does: who scores what, and how long nobody does after a scorer was killed. */
export class OutputWatch {
  /** Milliseconds from a kill until each input partition of the killed scorer had another's output. */
  readonly recoveriesMs: number[] = [];
  /** Distinct ids so far. */
  readonly seen = new Set<string>();
  /** When the last new output came, by `performance.now()`. */
  latestAt = performance.now();
  readonly #topics: ChaosTopics;
  readonly #reader: PartitionReader;
  readonly #lanes = new Map<number, string>();
  #takeovers: Takeover[] = [];
  #isClosed = false;
  #watching: Promise<void> = Promise.resolve();

  private constructor(reader: PartitionReader, topics: ChaosTopics) {
    this.#reader = reader;
    this.#topics = topics;
  }

  static async open(cluster: Cluster, topics: ChaosTopics): Promise<OutputWatch> {
    const watch = new OutputWatch(await cluster.reader({ isolation: 'read_committed', silentMs: 60_000 }), topics);
    const { name } = topics.outputs;
    watch.#reader.seek(Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: name, partition, offset: 0 })));
    watch.#watching = watch.#watch();
    return watch;
  }

  /** The scorer is gone from now on. */
  killed(scorer: string): void {
    const lanes = new Set([...this.#lanes].flatMap(([lane, by]) => (by === scorer ? [lane] : [])));
    if (lanes.size > 0) this.#takeovers.push({ from: scorer, since: performance.now(), lanes });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#watching;
    await this.#reader.close();
  }

  async #watch(): Promise<void> {
    while (!this.#isClosed) {
      for (const { records } of await this.#reader.poll(100)) {
        for (const { value } of records) if (value !== null) this.#take(value);
      }
    }
  }

  #take(value: Buffer): void {
    const { id, lane, by } = this.#topics.outputs.value.deserialize(value);
    if (!this.seen.has(id)) this.latestAt = performance.now();
    this.seen.add(id);
    this.#lanes.set(lane, by);
    for (const { from, since, lanes } of this.#takeovers) {
      if (by !== from && lanes.delete(lane) && lanes.size === 0) this.recoveriesMs.push(performance.now() - since);
    }
    this.#takeovers = this.#takeovers.filter(({ lanes }) => lanes.size > 0);
  }
}
