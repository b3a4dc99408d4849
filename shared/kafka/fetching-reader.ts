import type { Admin } from 'kafkajs';
import { KitError } from '#shared/errors';
import { apis, type ValueOf } from '#shared/wire';
import { fetchRequest, maxBytesOf } from './fetch-request.js';
import type { Nodes } from './nodes.js';
import { EARLIEST, LATEST, offsetAt } from './partition-offsets.js';
import type { PartitionReader, ReaderOptions } from './partition-reader.js';
import { Reading } from './reading.js';
import type { LazyChunk, TopicPartition } from './records.js';
import { accept, errorCode, Refusal } from './refusal.js';
import { SilenceWatch } from './silence-watch.js';

/** A broker that is refused or not reached is asked again after this. */
const AGAIN_MS = 70;

/** Connections to each broker: one answers at once, one may wait for something to come. */
const LANES = { behind: 0, waiting: 1 } as const;
type Lane = keyof typeof LANES;

export function createReader(nodes: Nodes, admin: Admin, options: ReaderOptions): PartitionReader {
  return new FetchingReader(nodes, admin, options);
}

class FetchingReader implements PartitionReader {
  readonly #readings = new Map<string, Reading>();
  /** Fetches on their way, by node and lane. */
  readonly #fetches = new Set<string>();
  readonly #watch: SilenceWatch;
  readonly #maxBytes: number;
  #ready: { readonly reading: Reading; readonly chunk: LazyChunk }[] = [];
  /** What a partition can't be read for; until it is moved or removed. */
  readonly #failures = new Map<Reading, KitError>();
  /** Why nothing comes any more. */
  #lost: KitError | undefined;
  #arrived: (() => void) | undefined;
  #again: NodeJS.Timeout | undefined;
  /** How many answers of a node have brought something. */
  readonly #news = new Map<number, number>();

  constructor(
    private readonly nodes: Nodes,
    admin: Admin,
    private readonly options: ReaderOptions,
  ) {
    this.#maxBytes = maxBytesOf(options);
    this.#watch = new SilenceWatch('Reading from Kafka', admin, options.silentMs ?? 30_000, (reason) => {
      this.#lost = reason;
      this.nodes.close();
      this.#arrived?.();
    });
  }

  seek(positions: Iterable<TopicPartition & { readonly offset: number }>): void {
    const moved = new Set<Reading>();
    for (const position of positions) {
      const before = this.#readings.get(keyOf(position));
      if (before !== undefined) moved.add(before);
      this.#readings.set(keyOf(position), new Reading(position, before?.isPaused));
    }
    this.#drop(moved);
    this.#fetch();
  }

  remove(partitions: Iterable<TopicPartition>): void {
    const removed = new Set<Reading>();
    for (const partition of partitions) {
      const reading = this.#readings.get(keyOf(partition));
      if (reading !== undefined) removed.add(reading);
      this.#readings.delete(keyOf(partition));
    }
    this.#drop(removed);
  }

  pause(partitions: Iterable<TopicPartition>): void {
    for (const partition of partitions) {
      const reading = this.#readings.get(keyOf(partition));
      if (reading !== undefined) reading.isPaused = true;
    }
  }

  resume(partitions: Iterable<TopicPartition>): void {
    for (const partition of partitions) {
      const reading = this.#readings.get(keyOf(partition));
      if (!reading?.isPaused) continue;
      reading.isPaused = false;
      // What came meanwhile is not to wait for a fetch that does.
      reading.forgetEnd();
    }
    this.#fetch();
  }

  async poll(maxWaitMs: number): Promise<readonly LazyChunk[]> {
    if (this.#ready.length === 0 && this.#failure === undefined && maxWaitMs > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, maxWaitMs);
        this.#arrived = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#arrived = undefined;
    }
    if (this.#failure !== undefined) throw this.#failure;
    const ready = this.#ready;
    this.#ready = [];
    for (const { reading } of ready) reading.polled();
    if (ready.length > 0) this.#fetch();
    return ready.map(({ chunk }) => chunk);
  }

  wake(): void {
    this.#arrived?.();
  }

  position(partition: TopicPartition): number | undefined {
    return this.#readings.get(keyOf(partition))?.position;
  }

  knownEnd(partition: TopicPartition): number | undefined {
    return this.#readings.get(keyOf(partition))?.knownEnd;
  }

  async close(): Promise<void> {
    this.#lost ??= new KitError(
      'usage',
      'Reading from Kafka: the reader is closed, or the cluster that it is of. Close what reads before the cluster.',
    );
    this.#watch.stop();
    this.#readings.clear();
    this.#ready = [];
    clearTimeout(this.#again);
    this.nodes.close();
    this.#arrived?.();
  }

  get #failure(): KitError | undefined {
    return this.#lost ?? this.#failures.values().next().value;
  }

  #drop(readings: ReadonlySet<Reading>): void {
    if (readings.size === 0) return;
    this.#ready = this.#ready.filter(({ reading }) => !readings.has(reading));
    for (const reading of readings) this.#failures.delete(reading);
  }

  /**
   * Sends whatever fetches are due: of each node one at most that waits, and one that does not. Each has all partitions of
   * its node, those without more as well, and also while a fetch waits for them: whoever merges partitions by time takes one
   * that has nothing for empty up to where the others have come.
   */
  #fetch(): void {
    if (this.nodes.isClosed) return;
    const now = Date.now();
    const byNode = new Map<number, Reading[]>();
    const leaderless = new Set<string>();
    let laterMs = Number.POSITIVE_INFINITY;
    let wants = false;
    for (const reading of this.#readings.values()) {
      if (reading.isPaused || this.#failures.has(reading) || reading.isFull(this.#maxBytes)) continue;
      wants = true;
      if (reading.notBefore > now) {
        laterMs = Math.min(laterMs, reading.notBefore - now);
        continue;
      }
      const nodeId = this.nodes.knownLeader(reading.topic, reading.partition);
      if (nodeId === undefined) {
        leaderless.add(reading.topic);
        continue;
      }
      const ofNode = byNode.get(nodeId);
      if (ofNode === undefined) byNode.set(nodeId, [reading]);
      else ofNode.push(reading);
    }
    if (!wants) this.#watch.heard();
    for (const [nodeId, readings] of byNode) {
      const lane = readings.some(({ isBehind }) => isBehind) ? 'behind' : 'waiting';
      // What is on its way behind brings all of these.
      if (this.#fetches.has(`${nodeId} behind`) || this.#fetches.has(`${nodeId} ${lane}`)) continue;
      void this.#ask(nodeId, lane, readings);
    }
    if (leaderless.size > 0) void this.#findLeaders([...leaderless]);
    if (laterMs < Number.POSITIVE_INFINITY) this.#fetchAfter(laterMs);
  }

  #fetchAfter(ms: number): void {
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.#fetch(), ms);
  }

  async #findLeaders(topics: readonly string[]): Promise<void> {
    if (this.#fetches.has('leaders')) return;
    this.#fetches.add('leaders');
    try {
      await this.nodes.refresh(topics);
      this.#watch.heard();
      for (const topic of topics) this.#failTopic(topic, this.nodes.refusalOf(topic));
    } catch {
      // Nobody could be asked: whoever has no leader is looked at again, and silence is watched.
    } finally {
      this.#fetches.delete('leaders');
    }
    for (const reading of this.#readings.values()) {
      const isLed = this.nodes.knownLeader(reading.topic, reading.partition) !== undefined;
      if (topics.includes(reading.topic) && !isLed) reading.notBefore = Date.now() + AGAIN_MS;
    }
    this.#fetch();
  }

  #failTopic(topic: string, refusal: Refusal | undefined): void {
    if (refusal === undefined || refusal.isPassing) return;
    const reason = new KitError('topic-mismatch', `Reading ${topic}: the cluster refuses (${refusal.message}).`, {
      cause: refusal,
    });
    for (const reading of this.#readings.values()) if (reading.topic === topic) this.#fail(reading, reason);
  }

  #fail(reading: Reading, reason: KitError): void {
    this.#failures.set(reading, reason);
    this.#arrived?.();
  }

  async #ask(nodeId: number, lane: Lane, readings: readonly Reading[]): Promise<void> {
    const key = `${nodeId} ${lane}`;
    this.#fetches.add(key);
    try {
      const link = await this.nodes.link(nodeId, LANES[lane]);
      const asked = new Map(readings.map((reading) => [reading, reading.position]));
      const newsBefore = this.#news.get(nodeId) ?? 0;
      const request = fetchRequest(readings, lane === 'waiting', this.options);
      const answer = await link.request(apis.fetch, request);
      this.#watch.heard();
      accept(answer.errorCode);
      const news = this.#news.get(nodeId) ?? 0;
      const moves: Promise<void>[] = [];
      let isNews = false;
      // An answer is taken whole: who polls must not see a part of it, and take the rest for not there.
      for (const { topic, partitions } of answer.responses) {
        for (const partition of partitions) {
          const reading = this.#readings.get(keyOf({ topic, partition: partition.partitionIndex }));
          // One that was moved meanwhile is another one.
          const from = reading && asked.get(reading);
          if (reading === undefined || from === undefined) continue;
          const { position } = reading;
          const moving = this.#take(reading, from, partition);
          if (moving !== undefined) moves.push(moving);
          if (reading.position > position) isNews = true;
        }
      }
      if (isNews) {
        this.#news.set(nodeId, news + 1);
        this.#doubtEnds(nodeId, (reading) => !asked.has(reading));
      }
      // The other fetch has brought something newer than this one knows of.
      if (news > newsBefore) this.#doubtEnds(nodeId, (reading) => asked.has(reading));
      await Promise.all(moves);
    } catch (error) {
      for (const reading of readings) this.#askLater(reading, error);
    } finally {
      this.#fetches.delete(key);
    }
    this.#fetch();
  }

  /** What ended somewhere before others got something newer may not end there any more. */
  #doubtEnds(nodeId: number, isOlder: (reading: Reading) => boolean): void {
    for (const reading of this.#readings.values()) {
      if (!reading.isAtEnd || !isOlder(reading)) continue;
      if (this.nodes.knownLeader(reading.topic, reading.partition) === nodeId) reading.forgetEnd();
    }
  }

  #take(reading: Reading, from: number, answer: Answer): Promise<void> | undefined {
    if (answer.errorCode === errorCode.none) {
      const end = this.options.isolation === 'read_committed' ? answer.lastStableOffset : answer.highWatermark;
      // The other fetch has brought this already.
      if (reading.position !== from) {
        reading.seeEnd(end);
        return undefined;
      }
      const bytes = answer.records ?? Buffer.alloc(0);
      const chunks = reading.take(
        { bytes, aborted: answer.abortedTransactions ?? [] },
        end,
        this.options.maxChunkRecords ?? 500,
      );
      for (const chunk of chunks) this.#ready.push({ reading, chunk });
      if (chunks.length > 0) this.#arrived?.();
    } else if (answer.errorCode === errorCode.offsetOutOfRange) {
      if (reading.position !== from) return undefined;
      // Until it is known where it goes on, nothing is known of its end.
      reading.forgetEnd();
      return this.#comeIntoRange(reading).catch((error: unknown) => this.#askLater(reading, error));
    } else {
      const refusal = new Refusal(answer.errorCode);
      this.#askLater(reading, refusal);
      if (answer.errorCode === errorCode.topicAuthorizationFailed) this.#failTopic(reading.topic, refusal);
    }
    return undefined;
  }

  /** The leader may be another one by then. */
  #askLater(reading: Reading, reason: unknown): void {
    reading.notBefore = Date.now() + AGAIN_MS;
    this.nodes.forgetLeaders(reading.topic);
    if (reason instanceof KitError && reason.code === 'protocol') this.#fail(reading, reason);
  }

  async #comeIntoRange(reading: Reading): Promise<void> {
    const { topic, partition, position } = reading;
    const { onOutOfRange = 'fail', isolation, onReset } = this.options;
    if (onOutOfRange === 'fail') {
      this.#fail(
        reading,
        new KitError(
          'topic-mismatch',
          `Reading partition ${partition} of ${topic} at offset ${position}: the partition has no such offset (any more). ` +
            'Either the records expired before they were read, or the topic was made anew. Let whoever reads begin elsewhere, as by ' +
            'setting the offsets of the group (kafka-consumer-groups.sh --reset-offsets), and keep records for longer (retention.ms).',
        ),
      );
      return;
    }
    const link = await this.nodes.link(this.nodes.knownLeader(topic, partition) ?? -1);
    const timestamp = onOutOfRange === 'earliest' ? EARLIEST : LATEST;
    const offset = await offsetAt(link, reading, timestamp, isolation);
    // Both fetches may have been out of range.
    if (this.#readings.get(keyOf(reading)) === reading && reading.position === position) {
      reading.position = offset;
      if (offset < position) {
        // The topic was made anew: what waits is of the one before, at offsets that are to come again.
        this.#drop(new Set([reading]));
        reading.polled();
      }
      if (offset !== position) onReset?.({ topic, partition, from: position, to: offset });
    }
    reading.forgetEnd();
  }
}

type Answer = ValueOf<typeof apis.fetch.response>['responses'][number]['partitions'][number];

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic} ${partition}`;
