import { setImmediate } from 'node:timers/promises';
import { attribute, BatchBuilder, type RecordHeader } from '#shared/wire';
import type { Batch, Sequences } from './batches.js';
import { headerPairs } from './headers.js';
import { partitionFor } from './partition-for.js';
import type { OutgoingRecord } from './records.js';
import type { WriterIdentity } from './transaction-coordination.js';

/**
 * What is sent at once has one batch for a partition, and a broker takes 1 MiB for a batch unless it is told otherwise
 * (message.max.bytes).
 */
const BYTES_PER_SEND = 524_288;

/** What a reader takes at once: batches are fetched whole. */
const RECORDS_PER_BATCH = 4_096;

/** What encoding holds up the event loop for. */
const RECORDS_AT_A_TIME = 4_096;

const NO_HEADERS: readonly RecordHeader[] = [];

/** A batch that records are still added to. */
export interface OpenBatch {
  readonly topic: string;
  readonly partition: number;
  readonly builder: BatchBuilder;
}

/** Records that wait to be written, encoded already: in the order in which they were added, partition by partition. */
export class OpenBatches {
  readonly #partitionsOf: (topic: string) => Promise<number>;
  /** Of partitions, by topic; of a topic that is not known yet, 0. */
  readonly #counts = new Map<string, number>();
  /** By topic and partition, those that are full first. */
  readonly #batches = new Map<string, Map<number, OpenBatch[]>>();
  /** Of records that are to be added, one call after the other. */
  #adding: Promise<void> = Promise.resolve();

  /** `partitionsOf` gives how many partitions a topic has. */
  constructor(partitionsOf: (topic: string) => Promise<number>) {
    this.#partitionsOf = partitionsOf;
  }

  /** Of the records that were added. */
  get topics(): Iterable<string> {
    return this.#counts.keys();
  }

  /** Adds records behind those of earlier calls; a record without key and partition goes to any. */
  add(records: readonly OutgoingRecord[]): void {
    // The caller may do with its array what it likes.
    const added = [...records];
    this.#adding = this.#adding.then(() => this.#addNow(added));
    // Whoever waits for them is told.
    this.#adding.catch(() => undefined);
  }

  /**
   * The batches in the order in which they are to be written: those of one send, then those of the next. None has two of a
   * partition, nor more than half a mebibyte, unless it is one record.
   * @throws what `partitionsOf` threw.
   */
  async sends(): Promise<OpenBatch[][]> {
    await this.#adding;
    const all = Array.from(this.#batches.values(), (ofTopic) => [...ofTopic.values()]).flat();
    const sends: OpenBatch[][] = [];
    for (let turn = 0; ; turn += 1) {
      let send: OpenBatch[] = [];
      let bytes = 0;
      for (const { [turn]: batch } of all) {
        if (batch === undefined) continue;
        if (send.length === 0 || bytes + batch.builder.sizeBytes > BYTES_PER_SEND) {
          send = [];
          bytes = 0;
          sends.push(send);
        }
        send.push(batch);
        bytes += batch.builder.sizeBytes;
      }
      if (send.length === 0) return sends;
    }
  }

  async #addNow(records: readonly OutgoingRecord[]): Promise<void> {
    let added = 0;
    for (const record of records) {
      if (added > 0 && added % RECORDS_AT_A_TIME === 0) await setImmediate();
      added += 1;
      let partitions = this.#counts.get(record.topic) ?? 0;
      if (partitions === 0) {
        this.#counts.set(record.topic, 0);
        partitions = await this.#partitionsOf(record.topic);
        this.#counts.set(record.topic, partitions);
      }
      this.#append(record, partitions);
    }
  }

  #append({ topic, key, value, timestamp, headers, partition: chosen }: OutgoingRecord, partitions: number): void {
    const bytes = typeof key === 'string' ? Buffer.from(key) : key;
    const partition = chosen ?? partitionFor(bytes, partitions);
    const pairs = headerPairs(headers);
    const record = { key: bytes, value, timestamp, headers: pairs.length === 0 ? NO_HEADERS : pairs.map(asHeader) };
    const batches = this.#of(topic, partition);
    const last = batches.at(-1)?.builder;
    if (last !== undefined && last.count < RECORDS_PER_BATCH && last.append(record, last.count, BYTES_PER_SEND)) return;
    const builder = new BatchBuilder();
    builder.append(record);
    batches.push({ topic, partition, builder });
  }

  #of(topic: string, partition: number): OpenBatch[] {
    let ofTopic = this.#batches.get(topic);
    if (ofTopic === undefined) {
      ofTopic = new Map();
      this.#batches.set(topic, ofTopic);
    }
    let batches = ofTopic.get(partition);
    if (batches === undefined) {
      batches = [];
      ofTopic.set(partition, batches);
    }
    return batches;
  }
}

/** A batch as it is written: of this producer, with the next sequence numbers of its partition. */
export function closed(
  { topic, partition, builder }: OpenBatch,
  identity: WriterIdentity,
  sequences: Sequences,
): Batch {
  const { transactionalId, producerId, producerEpoch } = identity;
  const bytes = builder.finish({
    baseOffset: 0,
    attributes: transactionalId === null ? 0 : attribute.transactional,
    producerId,
    producerEpoch,
    baseSequence: sequences.next({ topic, partition }),
  });
  return { topic, partition, count: builder.count, bytes };
}

function asHeader([key, value]: readonly [string, Buffer | string | null]): RecordHeader {
  return { key, value: typeof value === 'string' ? Buffer.from(value) : value };
}
