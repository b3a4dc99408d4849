import { KitError } from '#shared/errors';
import type { ConsumedRecord, RecordList } from '#shared/kafka';
import { isTimestamp, type StreamRecord } from '../record.js';
import type { SourceNode } from '../topology/graph.js';
import type { TopicCodec } from './topic-codec.js';

/** A record that is next in its partition, decoded. */
export interface Head {
  readonly queue: RecordQueue;
  readonly origin: ConsumedRecord;
  readonly record: StreamRecord<unknown, unknown>;
}

/** What has been fetched of one partition and not processed, in the order of its offsets. */
export class RecordQueue {
  readonly partition: number;
  readonly source: SourceNode;
  readonly codec: TopicCodec;
  /** Told of each record that does not decode; what it throws ends the task. */
  readonly #onUndecodable: (origin: ConsumedRecord, error: unknown) => void;
  /** Told when it has had no record and gets some. */
  readonly #onFilled: (queue: RecordQueue) => void;
  #records: RecordList = [];
  #at = 0;
  #waiting: RecordList[] = [];
  #buffered = 0;
  #head: Head | undefined;

  constructor(
    source: SourceNode,
    partition: number,
    codec: TopicCodec,
    onUndecodable: (origin: ConsumedRecord, error: unknown) => void,
    onFilled: (queue: RecordQueue) => void,
  ) {
    this.source = source;
    this.partition = partition;
    this.codec = codec;
    this.#onUndecodable = onUndecodable;
    this.#onFilled = onFilled;
  }

  /** Records that wait, the head among them. */
  get size(): number {
    return this.#buffered + (this.#head === undefined ? 0 : 1);
  }

  /** The offset of the next record, which is not decoded for that: one that does not decode has its turn later. */
  get nextOffset(): number | undefined {
    return (this.#head?.origin ?? this.#records.at(this.#at) ?? this.#waiting[0]?.at(0))?.offset;
  }

  /** Values must have been given to `codec.prepare` before. */
  add(records: RecordList): void {
    const wasEmpty = this.size === 0;
    this.#waiting.push(records);
    this.#buffered += records.length;
    if (wasEmpty) this.#onFilled(this);
  }

  /** The next record; those before it that do not decode are given up. */
  get head(): Head | undefined {
    while (this.#head === undefined) {
      const origin = this.#shift();
      if (origin === undefined) return undefined;
      try {
        this.#head = { queue: this, origin, record: this.#decode(origin) };
      } catch (error) {
        this.#onUndecodable(origin, error);
      }
    }
    return this.#head;
  }

  /** Takes the head. */
  take(): Head | undefined {
    const { head } = this;
    this.#head = undefined;
    return head;
  }

  clear(): void {
    [this.#records, this.#at, this.#waiting, this.#buffered, this.#head] = [[], 0, [], 0, undefined];
  }

  #shift(): ConsumedRecord | undefined {
    while (this.#at >= this.#records.length) {
      const next = this.#waiting.shift();
      if (next === undefined) return undefined;
      [this.#records, this.#at] = [next, 0];
    }
    this.#buffered -= 1;
    return this.#records.at(this.#at++);
  }

  #decode(origin: ConsumedRecord): StreamRecord<unknown, unknown> {
    const { options } = this.source;
    const key = this.codec.decodeKey(origin.key);
    const value = origin.value === null && options.nullValues ? null : this.codec.decodeValue(origin.value);
    const timestamp = options.timestampExtractor?.({ key, value, timestamp: origin.timestamp }) ?? origin.timestamp;
    if (!isTimestamp(timestamp)) {
      throw new KitError(
        'record-undecodable',
        `The record has the timestamp ${timestamp}; it must be whole milliseconds since the epoch, from 0 to 8.64e15. Records without one need a timestampExtractor.`,
      );
    }
    return { key, value, timestamp, headers: origin.headers };
  }
}
