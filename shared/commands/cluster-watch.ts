import { KitError } from '#shared/errors';
import type { ClusterHealth, GroupLag } from '#shared/kafka';
import type { WatchedDemo } from './watched-demo.js';

const EVERY_MS = 1_000;
/** A single question may be late because this machine is busy: after so many nobody doubts it. */
const SAID_AFTER = 2;

/**
 * Asks the cluster about once a second how it is and how far the demos' groups are, and writes it to their metrics: in
 * four requests, for all of them together. There is never more than one question under way.
 */
export class ClusterWatch {
  readonly #demos: readonly WatchedDemo[];
  readonly #say: (sentence: string) => void;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #failures = 0;
  #silentSince: number | undefined;
  #saidOfLag: string | undefined;
  /** By group, as of the latest look. */
  #known: { readonly at: number; readonly byGroup: ReadonlyMap<string, GroupLag> } | undefined;

  /** `say` is told when the cluster does not answer, and when it answers again. The demos are on one cluster. */
  constructor(demos: readonly WatchedDemo[], say: (sentence: string) => void) {
    this.#demos = demos;
    this.#say = say;
    this.#next(0);
  }

  /** Since when the cluster does not answer, milliseconds since 1970; undefined while it does. */
  get silentSince(): number | undefined {
    return this.#silentSince;
  }

  /** How many records wait for a group; undefined while that is not known. */
  waitingFor(groupId: string): number | undefined {
    const lag = this.#known?.byGroup.get(groupId)?.lag;
    return lag && waitingIn(lag);
  }

  /** How far a group is, and when that was asked, milliseconds since 1970; undefined while it is not known. */
  lagOf(groupId: string): { readonly at: number; readonly of: GroupLag } | undefined {
    const of = this.#known?.byGroup.get(groupId);
    return this.#known && of && { at: this.#known.at, of };
  }

  /** Asks no more; an answer that is still to come is not written any more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #next(afterMs: number): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      const begun = performance.now();
      void this.#look().finally(() => this.#next(Math.max(0, EVERY_MS - (performance.now() - begun))));
    }, afterMs);
  }

  async #look(): Promise<void> {
    const cluster = this.#demos[0]?.cluster;
    if (cluster === undefined) return;
    const asked = Date.now();
    const begun = performance.now();
    try {
      const health = await cluster.health(this.#demos.flatMap(({ topics }) => topics));
      this.#isUp(health, (performance.now() - begun) / 1_000);
    } catch (error) {
      this.#isDown(asked, KitError.from(error));
      return;
    }
    try {
      const groups = this.#demos.flatMap((demo) => demo.groups);
      this.#lags(await cluster.consumerLag(groups), Date.now());
    } catch (error) {
      this.#lagUnknown(KitError.from(error));
    }
  }

  #isUp({ brokers, topics }: ClusterHealth, seconds: number): void {
    if (this.#isClosed) return;
    for (const { metrics, topics: own } of this.#demos) {
      const found = own.flatMap((topic) => topics.get(topic) ?? []);
      metrics.clusterUp.set(1);
      metrics.clusterRequestDuration.observe(seconds);
      metrics.clusterBrokers.set(brokers);
      metrics.clusterOfflinePartitions.set(sum(found.map(({ offline }) => offline)));
      metrics.clusterUnderReplicatedPartitions.set(sum(found.map(({ underReplicated }) => underReplicated)));
    }
    if (this.#silentSince !== undefined && this.#failures >= SAID_AFTER) {
      this.#say(`The cluster answers again, after ${Math.round((Date.now() - this.#silentSince) / 1_000)} s.`);
    }
    this.#failures = 0;
    this.#silentSince = undefined;
  }

  #isDown(asked: number, { message }: KitError): void {
    if (this.#isClosed) return;
    this.#failures += 1;
    this.#silentSince ??= asked;
    this.#known = undefined;
    for (const { metrics } of this.#demos) {
      metrics.clusterUp.set(0);
      metrics.clusterBrokers.clear();
      metrics.clusterOfflinePartitions.clear();
      metrics.clusterUnderReplicatedPartitions.clear();
      metrics.consumerLag.clear();
      metrics.consumerCommitted.clear();
    }
    if (this.#failures !== SAID_AFTER) return;
    this.#say(`The cluster does not answer; the page waits for it for more than a minute. ${message}`);
  }

  #lags(lags: readonly GroupLag[], at: number): void {
    if (this.#isClosed) return;
    this.#saidOfLag = undefined;
    const byGroup = new Map(lags.map((each) => [each.groupId, each]));
    this.#known = { at, byGroup };
    for (const { metrics, groups } of this.#demos) {
      metrics.consumerLag.clear();
      metrics.consumerCommitted.clear();
      for (const { groupId: group } of groups) {
        const { lag, committed } = byGroup.get(group) ?? {};
        eachPartition(lag, (topic, partition, records) =>
          metrics.consumerLag.set(records, { group, topic, partition }),
        );
        eachPartition(committed, (topic, partition, offset) =>
          metrics.consumerCommitted.set(offset, { group, topic, partition }),
        );
      }
    }
  }

  /** The cluster may refuse it to whoever may not see groups: that is said once, not every second. */
  #lagUnknown({ code, message }: KitError): void {
    if (this.#isClosed) return;
    this.#known = undefined;
    for (const { metrics } of this.#demos) {
      metrics.consumerLag.clear();
      metrics.consumerCommitted.clear();
    }
    if (code === 'cluster-unreachable' || this.#saidOfLag === message) return;
    this.#saidOfLag = message;
    this.#say(`How far the groups are is not shown: ${message}`);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Of all partitions of which it is known. */
function waitingIn(lag: GroupLag['lag']): number {
  let records = 0;
  eachPartition(lag, (_topic, _partition, number) => {
    records += number;
  });
  return records;
}

/** What is known of each partition. */
function eachPartition(
  topics: GroupLag['lag'] | undefined,
  take: (topic: string, partition: string, number: number) => void,
): void {
  for (const [topic, partitions] of topics ?? []) {
    for (const [partition, number] of partitions.entries()) {
      if (number !== undefined) take(topic, String(partition), number);
    }
  }
}
