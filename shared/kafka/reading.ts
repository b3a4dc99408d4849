import { type Fetched, readFetched } from './fetched-records.js';
import type { Chunk, ConsumedRecord, TopicPartition } from './records.js';

/** Beyond so many records that wait to be polled, a partition is not fetched. */
const MAX_QUEUED_RECORDS = 4_096;

/** Where reading of one partition stands. A new one is made whenever it is moved: an answer to the one before is stale. */
export class Reading implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  /** The next offset to be fetched. */
  position: number;
  /** Where the partition ended when it was last fetched. */
  end: number | undefined;
  isPaused = false;
  /** A fetch of it is on its way. */
  isAsked = false;
  /** There was more when it was last looked at, or it is not known: worth a fetch that does not wait. */
  isBehind = true;
  /** Not to be fetched before that time, after a refusal. */
  notBefore = 0;
  #queuedRecords = 0;
  #queuedBytes = 0;

  constructor({ topic, partition, offset }: TopicPartition & { readonly offset: number }) {
    this.topic = topic;
    this.partition = partition;
    this.position = offset;
  }

  /** Whether it holds as much as one fetch may have to catch up with. */
  isFull(maxBytes: number): boolean {
    return this.#queuedRecords > MAX_QUEUED_RECORDS || this.#queuedBytes > 2 * maxBytes;
  }

  /** Takes what a fetch from `position` brought, and gives it cut into chunks. */
  take(fetched: Pick<Fetched, 'bytes' | 'aborted'>, end: number, maxChunkRecords: number): Chunk[] {
    const { topic, partition, position: from } = this;
    const pieces: ConsumedRecord[][] = [];
    let piece: ConsumedRecord[] = [];
    let count = 0;
    const next = readFetched({ topic, partition, from, ...fetched }, (record) => {
      if (piece.length === 0) pieces.push(piece);
      piece.push(record);
      count += 1;
      if (piece.length >= maxChunkRecords) piece = [];
    });
    this.end = end;
    this.isBehind = next > from && next < end;
    this.position = next;
    if (count === 0) return [];
    this.#queuedRecords += count;
    this.#queuedBytes += fetched.bytes.length;
    return pieces.map((records, index) => {
      const after = pieces[index + 1]?.[0]?.offset ?? next;
      return { topic, partition, records, nextOffset: after };
    });
  }

  /** All that was queued has been polled. */
  polled(): void {
    this.#queuedRecords = 0;
    this.#queuedBytes = 0;
  }
}
