import { FetchedChunk } from './fetched-chunk.js';
import { type BatchPart, type Fetched, readFetched } from './fetched-records.js';
import type { LazyChunk, TopicPartition } from './records.js';

/** Beyond so many records that wait to be polled, a partition is not fetched. */
const MAX_QUEUED_RECORDS = 4_096;

const NOT_STARVED = Number.MAX_SAFE_INTEGER;

/** Where reading of one partition stands. A new one is made whenever it is moved: an answer to the one before is stale. */
export class Reading implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  /** The next offset to be fetched. */
  position: number;
  isPaused: boolean;
  /** There was more when it was last looked at, or it is not known: worth a fetch that does not wait. */
  isBehind = true;
  /** Not to be fetched before that time, after a refusal. */
  notBefore = 0;
  /** Since when answers have brought nothing of it although there is more, by the process's clock. */
  starvedSince = NOT_STARVED;
  #end: number | undefined;
  #queuedRecords = 0;
  #queuedBytes = 0;

  constructor({ topic, partition, offset }: TopicPartition & { readonly offset: number }, isPaused = false) {
    this.topic = topic;
    this.partition = partition;
    this.position = offset;
    this.isPaused = isPaused;
  }

  /** Where the partition ended when it was last fetched; undefined where it may have grown since, and nobody looks. */
  get knownEnd(): number | undefined {
    return this.isPaused ? undefined : this.#end;
  }

  /** Whether there was no more when it was last fetched. */
  get isAtEnd(): boolean {
    return !this.isBehind && this.#end !== undefined && this.position >= this.#end;
  }

  /** Has it fetched anew, without waiting: there may be more by now. */
  forgetEnd(): void {
    this.#end = undefined;
    this.isBehind = true;
  }

  /** Whether it holds as much as one fetch may have to catch up with. */
  isFull(maxBytes: number): boolean {
    return this.#queuedRecords > MAX_QUEUED_RECORDS || this.#queuedBytes > 2 * maxBytes;
  }

  /** Learns where the partition ends of an answer that brings what was taken before. */
  seeEnd(end: number): void {
    // Where it is not known, whoever looks next will say.
    if (this.#end === undefined || end <= this.#end) return;
    this.#end = end;
    this.isBehind = this.position < end;
  }

  /** Takes what a fetch from `position` brought, and gives it cut into chunks. */
  take(fetched: Pick<Fetched, 'bytes' | 'aborted'>, end: number, maxChunkRecords: number): LazyChunk[] {
    const { topic, partition, position: from } = this;
    const { parts, next } = readFetched({ topic, partition, from, ...fetched });
    this.#end = end;
    this.isBehind = next > from && next < end;
    this.position = next;
    this.starvedSince = next > from || next >= end ? NOT_STARVED : Math.min(this.starvedSince, performance.now());
    if (parts.length === 0) return [];
    for (const { count } of parts) this.#queuedRecords += count;
    this.#queuedBytes += fetched.bytes.length;
    const pieces = cut(parts, maxChunkRecords);
    return pieces.map((piece, index) => {
      const [after] = pieces[index + 1] ?? [];
      return new FetchedChunk(topic, partition, piece, after?.batch.offsetAt(after.first) ?? next);
    });
  }

  /** All that was queued has been polled. */
  polled(): void {
    this.#queuedRecords = 0;
    this.#queuedBytes = 0;
  }
}

/** Cuts records, in their order, into pieces of so many. */
function cut(parts: readonly BatchPart[], maxRecords: number): BatchPart[][] {
  const pieces: BatchPart[][] = [];
  let piece: BatchPart[] = [];
  let room = 0;
  for (const { batch, first, count } of parts) {
    for (let done = 0; done < count; ) {
      if (room === 0) {
        piece = [];
        pieces.push(piece);
        room = maxRecords;
      }
      const taken = Math.min(room, count - done);
      piece.push({ batch, first: first + done, count: taken });
      done += taken;
      room -= taken;
    }
  }
  return pieces;
}
