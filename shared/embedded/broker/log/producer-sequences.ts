import { type BatchHeader, errorCode, type TransactionMarker } from '#shared/wire';

const remembered = 5;
const forgottenAfterMs = 24 * 60 * 60 * 1000;
const sequences = 2 ** 31;

interface Appended {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: number;
  readonly timestamp: number;
}

interface Producer {
  readonly epoch: number;
  readonly batches: readonly Appended[];
  /** The time of the newest record, or of the newest marker; -1 before the first. */
  readonly lastTimestamp: number;
  /** The coordinator's epoch in the last marker; -1 before the first. */
  readonly coordinatorEpoch: number;
  readonly usedAt: number;
}

/** What is to be done with a batch of an idempotent producer. */
export type SequenceVerdict =
  | { readonly is: 'next' }
  | { readonly is: 'duplicate'; readonly baseOffset: number; readonly timestamp: number }
  | { readonly is: 'refused'; readonly errorCode: number };

/** A producer that has written to a partition lately, as DescribeProducers tells it. */
export interface ActiveProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly lastSequence: number;
  readonly lastTimestamp: number;
  readonly coordinatorEpoch: number;
}

/** The last five batches of each producer in one partition, by which a repeated batch is known (KIP-98). */
export class ProducerSequences {
  /** The one that was heard of longest ago comes first. */
  readonly #producers = new Map<number, Producer>();

  /** Says whether the batch continues its producer's sequence, repeats a part of it, or leaves a gap. */
  check(batch: BatchHeader): SequenceVerdict {
    const producer = this.#producers.get(batch.producerId);
    // Nothing known: a new producer, or one whose batches retention has taken away. Kafka takes any sequence then.
    if (producer === undefined) return { is: 'next' };
    if (batch.producerEpoch < producer.epoch) return { is: 'refused', errorCode: errorCode.invalidProducerEpoch };
    if (batch.producerEpoch > producer.epoch) {
      return batch.baseSequence === 0
        ? { is: 'next' }
        : { is: 'refused', errorCode: errorCode.outOfOrderSequenceNumber };
    }
    const lastSequence = lastSequenceOf(batch);
    const repeated = producer.batches.find(
      (one) => one.firstSequence === batch.baseSequence && one.lastSequence === lastSequence,
    );
    if (repeated !== undefined) {
      return { is: 'duplicate', baseOffset: repeated.baseOffset, timestamp: repeated.timestamp };
    }
    const expected = ((producer.batches.at(-1)?.lastSequence ?? -1) + 1) % sequences;
    return batch.baseSequence === expected
      ? { is: 'next' }
      : { is: 'refused', errorCode: errorCode.outOfOrderSequenceNumber };
  }

  /** Remembers a batch that was appended. */
  record(batch: BatchHeader, baseOffset: number, timestamp: number, now: number): void {
    const appended = { firstSequence: batch.baseSequence, lastSequence: lastSequenceOf(batch), baseOffset, timestamp };
    const producer = this.#producers.get(batch.producerId);
    const earlier = producer?.epoch === batch.producerEpoch ? producer.batches : [];
    this.#heardOf(batch.producerId, now, {
      epoch: batch.producerEpoch,
      batches: [...earlier.slice(1 - remembered), appended],
      lastTimestamp: batch.maxTimestamp,
      coordinatorEpoch: producer?.coordinatorEpoch ?? -1,
      usedAt: now,
    });
  }

  /** Remembers that a transaction has ended; a higher epoch in the marker shuts out whoever writes with a lower one. */
  ended(
    { producerId, producerEpoch }: TransactionMarker,
    coordinatorEpoch: number,
    timestamp: number,
    now: number,
  ): void {
    const producer = this.#producers.get(producerId);
    const batches = producer?.epoch === producerEpoch ? producer.batches : [];
    this.#heardOf(producerId, now, {
      epoch: producerEpoch,
      batches,
      lastTimestamp: timestamp,
      coordinatorEpoch,
      usedAt: now,
    });
  }

  /** The epoch that a producer wrote with last. */
  epochOf(producerId: number): number | undefined {
    return this.#producers.get(producerId)?.epoch;
  }

  /** Who has written within the last day. */
  active(): ActiveProducer[] {
    return Array.from(this.#producers, ([producerId, { epoch, batches, lastTimestamp, coordinatorEpoch }]) => ({
      producerId,
      producerEpoch: epoch,
      lastSequence: batches.at(-1)?.lastSequence ?? -1,
      lastTimestamp,
      coordinatorEpoch,
    }));
  }

  #heardOf(producerId: number, now: number, producer: Producer): void {
    this.#producers.delete(producerId);
    this.#producers.set(producerId, producer);
    for (const [id, { usedAt }] of this.#producers) {
      if (now - usedAt <= forgottenAfterMs) break;
      this.#producers.delete(id);
    }
  }
}

/** Sequences count up to 2^31 - 1 and begin again at 0. */
const lastSequenceOf = (batch: BatchHeader) => (batch.baseSequence + batch.lastOffsetDelta) % sequences;
