import { KitError } from '#shared/errors';
import { apis } from '#shared/wire';
import { BatchWriter } from './batch-writer.js';
import type { Nodes } from './nodes.js';
import { closed, OpenBatches } from './open-batches.js';
import { placed } from './partition-for.js';
import type { OutgoingRecord, PlacedRecord, TopicPartition } from './records.js';
import { accept, Refusal } from './refusal.js';
import { isUnacceptable, type WriterIdentity } from './transaction-coordination.js';
import { within } from './within.js';
import { partitionsToWrite } from './written-topics.js';

/**
 * Writes records, those of a partition in the order of the calls, whether these are awaited or not. What is sent while a
 * write is on its way goes together with the next one; where a write fails, what was sent before that was known fails, too. Writes are idempotent: what is sent again, because an answer was
 * lost, is there once.
 */
export interface Producer {
  /**
   * Resolves when every in-sync replica has the records.
   * @throws KitError 'cluster-unreachable' when that failed and it is not known which of them are written; 'run-failed'
   * where the cluster refuses some of them, 'topic-mismatch' where there is no such topic. Later sends work again as soon
   * as the cluster does.
   */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /**
   * Gives records the partitions that `send` would write them to, for whoever has to know that before they are sent; sent
   * as they come out, they go there.
   * @throws KitError 'topic-mismatch' where there is no such topic.
   */
  place(records: readonly OutgoingRecord[]): Promise<PlacedRecord[]>;
  /** The offset after the latest record that this producer is known to have written to a partition. */
  written(partition: TopicPartition): number | undefined;
  /** Waits for what is on its way, if that is quick. */
  close(): Promise<void>;
}

const NO_TRANSACTIONS_MS = 60_000;
const CLOSED_WITHIN_MS = 3_000;

/** @throws KitError 'cluster-unreachable' where no broker answers within 25 s, or the cluster's patience. */
export async function createProducer(nodes: Nodes, lane: number): Promise<Producer> {
  const producer = new IdempotentProducer(nodes, lane);
  await producer.begin();
  return producer;
}

interface Gathering {
  readonly batches: OpenBatches;
  readonly written: Promise<void>;
}

interface Writing {
  readonly identity: WriterIdentity;
  readonly writer: BatchWriter;
}

class IdempotentProducer implements Producer {
  #previous: Promise<void> = Promise.resolve();
  /** Sends that wait for their turn go together. */
  #gathering: Gathering | undefined;
  /** A failed write leaves gaps in the sequence: the next one begins as another producer. */
  #writing: Writing | undefined;
  #isClosed = false;
  readonly #written = new Map<string, number>();

  constructor(
    private readonly nodes: Nodes,
    private readonly lane: number,
  ) {}

  async begin(): Promise<void> {
    await this.#begun();
  }

  /** Not an async function: that would hold the records until they are written. */
  send(records: readonly OutgoingRecord[]): Promise<void> {
    if (this.#isClosed) return Promise.reject(new KitError('usage', 'Writing: the producer was closed.'));
    if (records.length === 0) return Promise.resolve();
    if (this.#gathering === undefined) {
      const batches = new OpenBatches((topic) => partitionsToWrite(this.nodes, topic));
      const written = this.#writeAfter(this.#previous, batches);
      this.#previous = written;
      this.#gathering = { batches, written };
    }
    const { batches, written } = this.#gathering;
    batches.add(records);
    // A promise of its own: whoever does not look whether it is rejected is to hear of it.
    return written.then();
  }

  place(records: readonly OutgoingRecord[]): Promise<PlacedRecord[]> {
    return placed(records, (topic) => partitionsToWrite(this.nodes, topic));
  }

  written({ topic, partition }: TopicPartition): number | undefined {
    return this.#written.get(`${topic} ${partition}`);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    // Whoever waits for a send is told of its failure there.
    await within(CLOSED_WITHIN_MS, this.#previous, () => new Error('it takes too long')).catch(() => undefined);
  }

  async #writeAfter(previous: Promise<void>, batches: OpenBatches): Promise<void> {
    // Where that failed, this fails alike and writes nothing: what comes later must not be there without what came before.
    await previous;
    this.#gathering = undefined;
    try {
      await this.#write(batches);
    } catch (error) {
      // Whoever sends from now on can know of it.
      this.#gathering = undefined;
      this.#previous = Promise.resolve();
      throw error;
    }
  }

  async #write(gathered: OpenBatches): Promise<void> {
    try {
      for (const send of await gathered.sends()) {
        const { identity, writer } = await this.#begun();
        await writer.write(send.map((batch) => closed(batch, identity, writer.sequences)));
      }
    } catch (error) {
      this.#writing = undefined;
      const topics = [...gathered.topics].join(', ');
      const isRefused = error instanceof Refusal && isUnacceptable(error);
      throw KitError.from(error, isRefused ? 'run-failed' : 'cluster-unreachable', `Writing to ${topics}`);
    }
  }

  async #begun(): Promise<Writing> {
    this.#writing ??= await this.nodes.insist('Beginning as a producer', async () => {
      const link = await this.nodes.any(this.lane);
      const answer = await link.request(apis.initProducerId, {
        transactionalId: null,
        transactionTimeoutMs: NO_TRANSACTIONS_MS,
      });
      accept(answer.errorCode);
      const { producerId, producerEpoch } = answer;
      const identity = { transactionalId: null, producerId, producerEpoch };
      return { identity, writer: new BatchWriter(this.nodes, this.lane, null, this.#written) };
    });
    return this.#writing;
  }
}
