import type { Cluster, PartialOffsets } from '#shared/kafka';

/** `repartition.purge.interval.ms` */
const INTERVAL_MS = 30_000;

/** Deletes from repartition topics what has been processed and committed, from time to time: nobody will read it again. */
export class RepartitionPurge {
  readonly #cluster: Cluster;
  readonly #topics: ReadonlySet<string>;
  #before = new Map<string, (number | undefined)[]>();
  #nextAt = performance.now() + INTERVAL_MS;
  #purging: Promise<void> = Promise.resolve();

  constructor(cluster: Cluster, topics: readonly string[]) {
    this.#cluster = cluster;
    this.#topics = new Set(topics);
  }

  /** These offsets are committed. */
  committed(offsets: PartialOffsets): void {
    for (const [topic, partitions] of offsets) {
      if (!this.#topics.has(topic)) continue;
      const before = this.#before.get(topic) ?? [];
      partitions.forEach((offset, partition) => {
        if (offset !== undefined) before[partition] = offset;
      });
      this.#before.set(topic, before);
    }
    if (this.#before.size === 0 || performance.now() < this.#nextAt) return;
    this.#nextAt = performance.now() + INTERVAL_MS;
    const due = this.#before;
    this.#before = new Map();
    // What cannot be deleted now is deleted with what comes after it.
    this.#purging = this.#purging.then(() => this.#cluster.deleteRecords(due)).catch(() => undefined);
  }

  close(): Promise<void> {
    return this.#purging;
  }
}
