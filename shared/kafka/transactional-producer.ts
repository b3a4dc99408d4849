import { setTimeout as delay } from 'node:timers/promises';
import { KitError } from '#shared/errors';
import { BatchWriter } from './batch-writer.js';
import type { Nodes } from './nodes.js';
import { closed, type OpenBatch, OpenBatches } from './open-batches.js';
import type { OutgoingRecord, TopicPartition } from './records.js';
import { OVERTAKEN, Refusal } from './refusal.js';
import {
  type ConsumedOffsets,
  type Partitions,
  type ProducerIdentity,
  TransactionCoordination,
  transactionError,
} from './transaction-coordination.js';
import { within } from './within.js';
import { partitionsToWrite } from './written-topics.js';

export interface TransactionalProducerOptions {
  readonly transactionalId: string;
  /** A transaction that is open for longer is aborted by the cluster; 60,000 unless said. */
  readonly timeoutMs?: number;
}

/**
 * Writes records and consumed offsets together or not at all. Calls are done one after the other, in the order in which
 * they were made, whether awaited or not; once one has failed with 'producer-fenced' or 'cluster-unreachable', all
 * further ones fail alike, and a new producer of the same id decides what becomes of the open transaction.
 * @throws KitError 'producer-fenced' when another producer of the same id has taken over, or the group has gone on without
 * the member that consumed; after the latter the transaction can be aborted still.
 * @throws KitError 'cluster-unreachable' when the outcome is unknown.
 */
export interface TransactionalProducer {
  /** Begins a transaction where none is open, and writes. */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** Adds the consumed offsets to the transaction and commits it. Begins one if none is open and there are offsets. */
  commit(consumed: ConsumedOffsets): Promise<void>;
  /** The offset after the latest record that this producer is known to have written to a partition. */
  written(partition: TopicPartition): number | undefined;
  abort(): Promise<void>;
  /** Aborts what is open. */
  close(): Promise<void>;
}

const TIMEOUT_MS = 60_000;
const MOST_SETTLING_MS = 10;
/** An open transaction is aborted at the end, if that is quick: otherwise its time-out does it. */
const CLOSED_WITHIN_MS = 3_000;

/** @throws KitError 'cluster-unreachable' where the id could not be taken over within 30 s. */
export async function createTransactionalProducer(
  nodes: Nodes,
  lane: number,
  { transactionalId, timeoutMs = TIMEOUT_MS }: TransactionalProducerOptions,
): Promise<TransactionalProducer> {
  const coordination = new TransactionCoordination(nodes, lane);
  try {
    return new Transactor(nodes, lane, coordination, await coordination.init(transactionalId, timeoutMs));
  } catch (error) {
    throw transactionError(error, transactionalId, `Beginning as the producer ${transactionalId}`);
  }
}

interface Gathering {
  readonly batches: OpenBatches;
  written: Promise<void>;
  /** What is committed with it, where that is known before it is written: both go at the same time. */
  consumed: ConsumedOffsets | undefined;
}

class Transactor implements TransactionalProducer {
  readonly #writer: BatchWriter;
  /** What the open transaction spans: partitions as `topic partition`, and groups. */
  readonly #partitions = new Set<string>();
  readonly #groups = new Set<string>();
  /** The group whose offsets the last transaction had: the next one will have them, too. */
  #usualGroup: string | undefined;
  #endedAt = 0;
  /** How long it takes, by what was seen, from the end of a transaction until the next one may begin: brokers write markers. */
  #settlingMs = 0;
  #previous: Promise<unknown> = Promise.resolve();
  /** Sends that wait for their turn go together. */
  #gathering: Gathering | undefined;
  /** Why no call works any more. */
  #ended: KitError | undefined;
  /** Why the open transaction can only be aborted. */
  #refused: KitError | undefined;

  constructor(
    private readonly nodes: Nodes,
    lane: number,
    private readonly coordination: TransactionCoordination,
    private readonly identity: ProducerIdentity,
  ) {
    this.#writer = new BatchWriter(nodes, lane, identity.transactionalId);
  }

  send(records: readonly OutgoingRecord[]): Promise<void> {
    if (records.length === 0) return this.#inTurn('Writing', async () => undefined);
    this.#gathering ??= this.#gather();
    this.#gathering.batches.add(records);
    return this.#gathering.written;
  }

  commit(consumed: ConsumedOffsets): Promise<void> {
    const gathering = this.#gathering;
    this.#gathering = undefined;
    const hasOffsets = [...consumed.offsets.values()].some((ofTopic) => ofTopic.some((each) => each !== undefined));
    if (hasOffsets && gathering !== undefined) gathering.consumed = consumed;
    return this.#inTurn('Committing', async () => {
      if (hasOffsets && gathering === undefined) await this.#commitOffsets(consumed);
      if (hasOffsets) this.#usualGroup = consumed.groupId;
      await this.#end(true);
    });
  }

  written({ topic, partition }: TopicPartition): number | undefined {
    return this.#writer.written.get(`${topic} ${partition}`);
  }

  abort(): Promise<void> {
    this.#gathering = undefined;
    return this.#inTurn(
      'Aborting',
      async () => {
        await this.#end(false);
        this.#refused = undefined;
      },
      true,
    );
  }

  async close(): Promise<void> {
    const { transactionalId } = this.identity;
    const aborted = this.abort();
    const late = (): Error => new Error('it takes too long');
    // Whoever has failed has been told; a transaction that can't be aborted now is when its time is over.
    await within(CLOSED_WITHIN_MS, aborted, late).catch(() => undefined);
    this.#ended ??= new KitError('usage', `Writing as ${transactionalId}: the producer was closed.`);
  }

  /** Does what is to be done after all calls before, unless one of them has failed for good. */
  #inTurn(doing: string, work: () => Promise<void>, ends = false): Promise<void> {
    const { transactionalId } = this.identity;
    const turn = this.#previous.then(async () => {
      const failure = this.#ended ?? (ends ? undefined : this.#refused);
      if (failure !== undefined) throw failure;
      try {
        await work();
      } catch (error) {
        const reason = transactionError(error, transactionalId, `${doing} as ${transactionalId}`);
        const isOvertaken = error instanceof Refusal && OVERTAKEN.has(error.code);
        if (isOvertaken || reason.code === 'run-failed' || reason.code === 'topic-mismatch') this.#refused = reason;
        else this.#ended = reason;
        throw reason;
      }
    });
    this.#previous = turn.catch(() => undefined);
    return turn;
  }

  #gather(): Gathering {
    const batches = new OpenBatches((topic) => partitionsToWrite(this.nodes, topic));
    const gathering: Gathering = { batches, written: Promise.resolve(), consumed: undefined };
    gathering.written = this.#inTurn('Writing', async () => {
      if (this.#gathering === gathering) this.#gathering = undefined;
      const sends = await batches.sends();
      const [first, ...others] = sends;
      const { consumed } = gathering;
      // The coordinators learn of the transaction's partitions and of its group before either is written.
      if (first !== undefined) await this.#addPartitions(first, consumed?.groupId ?? this.#usualGroup);
      const writing = async (): Promise<void> => {
        if (first !== undefined) await this.#write(first);
        for (const send of others) {
          await this.#addPartitions(send, undefined);
          await this.#write(send);
        }
      };
      await all([writing(), ...(consumed ? [this.#commitOffsets(consumed)] : [])]);
    });
    return gathering;
  }

  async #commitOffsets(consumed: ConsumedOffsets): Promise<void> {
    await this.#addGroup(consumed.groupId);
    await this.coordination.commitOffsets(this.identity, consumed);
  }

  async #end(commits: boolean): Promise<void> {
    if (this.#partitions.size === 0 && this.#groups.size === 0) return;
    await this.coordination.end(this.identity, commits);
    this.#endedAt = performance.now();
    this.#partitions.clear();
    this.#groups.clear();
  }

  async #addGroup(groupId: string): Promise<void> {
    if (this.#groups.has(groupId)) return;
    // Before it is known to be: what may have begun has to be ended.
    this.#groups.add(groupId);
    await this.coordination.addGroup(this.identity, groupId);
  }

  #write(send: readonly OpenBatch[]): Promise<void> {
    return this.#writer.write(send.map((batch) => closed(batch, this.identity, this.#writer.sequences)));
  }

  /** Adds the partitions that are new to the transaction, and a group that is: the commit has one thing less to wait for. */
  async #addPartitions(written: readonly TopicPartition[], groupId: string | undefined): Promise<void> {
    const isFirst = this.#partitions.size === 0 && this.#groups.size === 0;
    const hasWaited = isFirst && (await this.#untilSettled());
    const added = new Map<string, number[]>();
    for (const { topic, partition } of written) {
      const key = `${topic} ${partition}`;
      if (this.#partitions.has(key)) continue;
      this.#partitions.add(key);
      const those = added.get(topic);
      if (those === undefined) added.set(topic, [partition]);
      else those.push(partition);
    }
    // Both on one connection, one behind the other.
    await all([
      ...(added.size > 0 ? [this.#register(added, hasWaited)] : []),
      ...(groupId === undefined ? [] : [this.#addGroup(groupId)]),
    ]);
  }

  /** Waits until the transaction before should have ended in all its partitions, for until then nothing is added. */
  async #untilSettled(): Promise<boolean> {
    const leftMs = this.#endedAt + this.#settlingMs - performance.now();
    if (leftMs < 1) return false;
    await delay(leftMs);
    return true;
  }

  async #register(added: Partitions, hasWaited: boolean): Promise<void> {
    const asked = await this.coordination.addPartitions(this.identity, added);
    // What is asked too soon is work for the brokers, and has to be asked again.
    if (asked > 1) this.#settlingMs = Math.min(this.#settlingMs + 1, MOST_SETTLING_MS);
    else if (hasWaited) this.#settlingMs -= 0.25;
  }
}

/** Waits for all of them, also where one fails: what it has begun must be over when the next thing is begun. */
async function all(works: readonly Promise<void>[]): Promise<void> {
  const reasons = (await Promise.allSettled(works)).flatMap((each): unknown[] =>
    each.status === 'rejected' ? [each.reason] : [],
  );
  // What leaves it open what was done comes before what was refused: after that one may not go on.
  if (reasons.length > 0) throw reasons.find((reason) => !(reason instanceof Refusal)) ?? reasons[0];
}
