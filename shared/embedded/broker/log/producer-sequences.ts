import { type BatchHeader, errorCode } from '#shared/wire';

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
  epoch: number;
  batches: Appended[];
  usedAt: number;
}

/** What is to be done with a batch of an idempotent producer. */
export type SequenceVerdict =
  | { readonly is: 'next' }
  | { readonly is: 'duplicate'; readonly baseOffset: number; readonly timestamp: number }
  | { readonly is: 'refused'; readonly errorCode: number };

/** The last five batches of each producer in one partition, by which a repeated batch is known (KIP-98). */
export class ProducerSequences {
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
    if (producer === undefined) {
      this.#forgetIdle(now);
      this.#producers.set(batch.producerId, { epoch: batch.producerEpoch, batches: [appended], usedAt: now });
      return;
    }
    if (batch.producerEpoch > producer.epoch) producer.batches = [];
    producer.epoch = batch.producerEpoch;
    producer.usedAt = now;
    producer.batches.push(appended);
    if (producer.batches.length > remembered) producer.batches.shift();
  }

  #forgetIdle(now: number): void {
    for (const [id, producer] of this.#producers) {
      if (now - producer.usedAt > forgottenAfterMs) this.#producers.delete(id);
    }
  }
}

/** Sequences count up to 2^31 - 1 and begin again at 0. */
const lastSequenceOf = (batch: BatchHeader) => (batch.baseSequence + batch.lastOffsetDelta) % sequences;
