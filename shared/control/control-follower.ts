import { setTimeout as delay } from 'node:timers/promises';
import { KitError } from '#shared/errors';
import type { ConsumedRecord, PartitionReader } from '#shared/kafka';
import type { Deserializer } from '#shared/schema';
import type { ControlAccess } from './control-access.js';
import { type ControlRecord, controlTopic } from './control-topic.js';
import {
  type ControlNews,
  type DesiredState,
  expire,
  mergedNews,
  NO_NEWS,
  nextEnd,
  reduce,
  UNDISTURBED,
} from './desired-state.js';

/** Told of each change: the state from now on, and what was asked for just now. */
export type ControlListener = (state: DesiredState, news: ControlNews) => void;

interface FollowOptions {
  /** Told, once each time, why the topic cannot be followed at the moment. */
  readonly onWarning?: (sentence: string) => void;
}

/** A broker holds its answer back for so long while nobody writes: new records come at once all the same. */
const QUIET_FETCH_MS = 1_000;
const AGAIN_MS = 500;
/** A topic that is not there may come; a part is not to wait for it before it starts. */
const LOOK_AGAIN_MS = 2_000;
const KNOWN_WITHIN_MS = 5_000;

/**
 * What a demo's control topic says: read from its beginning, without a group, and followed until `close`. Where the broker is
 * away, or the topic is not there, the last state holds and it is asked again.
 */
export class ControlFollower {
  readonly #access: ControlAccess;
  readonly #topic: string;
  readonly #deserializer: Deserializer<ControlRecord>;
  readonly #onWarning: ((sentence: string) => void) | undefined;
  readonly #listeners = new Set<ControlListener>();
  readonly #closing = new AbortController();
  readonly #following: Promise<void>;
  readonly #isKnown: Promise<void>;
  #known = (): void => undefined;
  #state = UNDISTURBED;
  #position = 0;
  /** Where the topic ended when it was first seen: what lies before is state, and asks for nothing any more. */
  #newFrom: number | undefined;
  #reader: PartitionReader | undefined;
  #timer: NodeJS.Timeout | undefined;
  #warned: string | undefined;

  /** Begins to follow; resolves when the state is known, after 5 s at most. To be closed before its cluster is. */
  static async start(demo: string, access: ControlAccess, options: FollowOptions = {}): Promise<ControlFollower> {
    const follower = new ControlFollower(demo, access, options);
    const late = delay(KNOWN_WITHIN_MS, undefined, { signal: follower.#closing.signal, ref: false }).catch(
      () => undefined,
    );
    await Promise.race([follower.#isKnown, late]);
    return follower;
  }

  private constructor(demo: string, access: ControlAccess, { onWarning }: FollowOptions) {
    const topic = controlTopic(demo);
    this.#access = access;
    this.#topic = access.topicName(topic);
    this.#deserializer = access.schemas.deserializer<ControlRecord>({ reader: topic.schema });
    this.#onWarning = onWarning;
    this.#isKnown = new Promise((resolve) => {
      this.#known = resolve;
    });
    this.#following = this.#follow();
  }

  get state(): DesiredState {
    return this.#state;
  }

  /** Tells of each change from now on, until the function that this gives is called. */
  onChange(listener: ControlListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await this.#reader?.close();
    await this.#following;
    this.#listeners.clear();
  }

  async #follow(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      let againMs = AGAIN_MS;
      try {
        if (await this.#isThere()) await this.#read();
        else againMs = LOOK_AGAIN_MS;
      } catch (error) {
        this.#warn(KitError.from(error));
      }
      await this.#reader?.close();
      await delay(againMs, undefined, { signal: this.#closing.signal, ref: false }).catch(() => undefined);
    }
  }

  async #isThere(): Promise<boolean> {
    const { cluster } = this.#access;
    const isThere = (await cluster.partitionCounts([this.#topic])).has(this.#topic);
    if (isThere) this.#newFrom ??= (await cluster.endOffsets([this.#topic])).get(this.#topic)?.[0] ?? 0;
    else {
      this.#newFrom ??= 0;
      this.#known();
    }
    return isThere;
  }

  /** Reads until the reader fails, or is closed. */
  async #read(): Promise<void> {
    const partition = { topic: this.#topic, partition: 0 };
    const reader = await this.#access.cluster.reader({
      isolation: 'read_committed',
      maxWaitMs: QUIET_FETCH_MS,
      onOutOfRange: 'earliest',
      onReset: ({ from, to }) => {
        // The topic was made anew: nothing that it said before holds.
        if (to < from) this.#beginAnew(to);
      },
    });
    this.#reader = reader;
    reader.seek([{ ...partition, offset: this.#position }]);
    // Of a topic to which nobody has written a first fetch waits for somebody who does.
    if (this.#position >= (this.#newFrom ?? 0)) this.#known();
    while (!this.#closing.signal.aborted) {
      const chunks = await reader.poll(QUIET_FETCH_MS);
      const records = chunks.flatMap((chunk) => chunk.records);
      await this.#deserializer.prepare(records.map(({ value }) => value));
      this.#take(records);
      this.#position = chunks.at(-1)?.nextOffset ?? this.#position;
      this.#warned = undefined;
      if ((reader.position(partition) ?? 0) >= (this.#newFrom ?? 0)) this.#known();
    }
  }

  #take(records: readonly ConsumedRecord[]): void {
    let news = NO_NEWS;
    let state = this.#state;
    for (const { key, value, offset } of records) {
      const decoded = value === null ? null : this.#decode(value);
      if (decoded === undefined || key === null) continue;
      const reading = { now: Date.now(), isNew: offset >= (this.#newFrom ?? 0) };
      const next = reduce(state, { key: key.toString(), value: decoded }, reading);
      state = next.state;
      news = mergedNews(news, next.news);
    }
    this.#set(state, news);
  }

  /** Undefined for what is no control record: anyone can write to a topic. */
  #decode(value: Buffer): ControlRecord | undefined {
    try {
      return this.#deserializer.decode(value);
    } catch (error) {
      if (error instanceof KitError && error.code === 'record-undecodable') return undefined;
      throw error;
    }
  }

  #beginAnew(offset: number): void {
    this.#position = offset;
    this.#newFrom = offset;
    this.#set(UNDISTURBED, NO_NEWS);
  }

  #set(state: DesiredState, news: ControlNews): void {
    if (state === this.#state) return;
    this.#state = state;
    clearTimeout(this.#timer);
    const end = nextEnd(state);
    if (end !== undefined) {
      // By the end itself: a timer may come a moment before what it waits for.
      this.#timer = setTimeout(() => this.#set(expire(this.#state, end), NO_NEWS), end - Date.now()).unref();
    }
    for (const listener of this.#listeners) listener(state, news);
  }

  #warn({ code, message }: KitError): void {
    // That the cluster or its registry is away, or refuses, is said by whoever works with it.
    const isSaid = code === 'cluster-unreachable' || code === 'schema';
    if (this.#closing.signal.aborted || isSaid || message === this.#warned) return;
    this.#warned = message;
    this.#onWarning?.(message);
  }
}
