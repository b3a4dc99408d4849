import { KitError } from '#shared/errors';
import type { Cluster, OutgoingRecord, PartialOffsets, TopicPartition, TransactionalProducer } from '#shared/kafka';

/** Where a task's records and offsets go. */
export interface TaskOutput {
  /** Writes in the order of the calls; a failure comes out of `commit`, too. */
  send(records: readonly OutgoingRecord[]): void;
  /**
   * Makes what was sent, and the consumed offsets, final.
   * @throws KitError 'producer-fenced' where the task is another instance's now, 'cluster-unreachable' where the outcome is
   * not known: the task must begin anew from what is committed.
   */
  commit(offsets: PartialOffsets): Promise<void>;
  /** The offset after the latest record that was written to a partition. */
  written(partition: TopicPartition): number | undefined;
  close(): Promise<void>;
}

/** Outputs, changelog and offsets of a task in one transaction. */
export async function transactionalOutput(
  cluster: Cluster,
  options: { readonly transactionalId: string; readonly timeoutMs: number; readonly groupId: string },
): Promise<TaskOutput> {
  const { transactionalId, timeoutMs, groupId } = options;
  const producer = await cluster.transactionalProducer({ transactionalId, timeoutMs });
  return new TransactionalOutput(producer, groupId);
}

class TransactionalOutput implements TaskOutput {
  #failure: unknown;

  constructor(
    private readonly producer: TransactionalProducer,
    private readonly groupId: string,
  ) {}

  send(records: readonly OutgoingRecord[]): void {
    if (records.length === 0) return;
    this.producer.send(records).catch((error: unknown) => {
      this.#failure ??= error;
    });
  }

  async commit(offsets: PartialOffsets): Promise<void> {
    // Calls are done in order: when this one is answered, all sends before it were.
    await this.producer.commit({ groupId: this.groupId, offsets });
    if (this.#failure !== undefined)
      throw KitError.from(this.#failure, 'cluster-unreachable', 'Writing in a transaction');
  }

  written(partition: TopicPartition): number | undefined {
    return this.producer.written(partition);
  }

  close(): Promise<void> {
    return this.producer.close();
  }
}
