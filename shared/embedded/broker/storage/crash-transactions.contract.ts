import { expect } from 'vitest';
import type { WireClient } from '#shared/testing';
import { apis, buildBatch, errorCode } from '#shared/wire';
import { connectQuietly, type QuietClient, readPartition } from './crash-clients.contract.js';

/** Writes the number of each transaction to two partitions and commits it as an offset; a fifth of them it aborts. */
export class TransactionalProducer {
  constructor(
    readonly topic: string,
    readonly partitions: readonly number[],
  ) {}

  readonly #id = { transactionalId: 'tx', producerId: -1, producerEpoch: -1 };
  #sequence = 0;
  #number = 0;
  readonly #committed: number[] = [];
  /** Its end was asked for, and the answer never came. */
  #undecided: number | undefined;

  /** Begins after a start of the broker; whatever was open is over then. */
  async begin(client: WireClient): Promise<void> {
    const asked = { transactionalId: this.#id.transactionalId, transactionTimeoutMs: 60_000 };
    const { errorCode: code, producerId, producerEpoch } = await client.request(apis.initProducerId, 1, asked);
    expect(code).toBe(errorCode.none);
    Object.assign(this.#id, { producerId, producerEpoch });
    this.#sequence = 0;
  }

  async run(address: string, onCommitted: () => void): Promise<void> {
    using client = await connectQuietly(address);
    while (await this.#transaction(client)) onCommitted();
  }

  async #transaction(client: QuietClient): Promise<boolean> {
    this.#number += 1;
    const number = this.#number;
    const { transactionalId, producerId, producerEpoch } = this.#id;
    const added = await client.ask(apis.addPartitionsToTxn, 1, {
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: [{ name: this.topic, partitions: this.partitions }],
    });
    if (added === undefined) return false;
    const records = [{ timestamp: 1, value: Buffer.from(String(number)) }];
    const batch = () =>
      buildBatch(records, { producerId, producerEpoch, baseSequence: this.#sequence, transactional: true });
    const partitionData = this.partitions.map((index) => ({ index, records: batch() }));
    const topicData = [{ name: this.topic, partitionData }];
    const sent = await client.ask(apis.produce, 8, { transactionalId, acks: -1, timeoutMs: 1000, topicData });
    if (sent === undefined) return false;
    expect(sent.responses[0]?.partitionResponses.map((one) => one.errorCode)).toEqual([0, 0]);
    this.#sequence += 1;
    if ((await client.ask(apis.addOffsetsToTxn, 1, { ...this.#id, groupId: 'tg' })) === undefined) return false;
    const one = { partitionIndex: 0, committedOffset: number, committedMetadata: null };
    const offsets = { ...this.#id, groupId: 'tg', topics: [{ name: this.topic, partitions: [one] }] };
    if ((await client.ask(apis.txnOffsetCommit, 1, offsets)) === undefined) return false;
    const committed = number % 5 !== 0;
    if (committed) this.#undecided = number;
    const ended = await client.ask(apis.endTxn, 1, { ...this.#id, committed });
    if (ended === undefined) return false;
    expect(ended.errorCode).toBe(errorCode.none);
    if (committed) this.#committed.push(number);
    this.#undecided = undefined;
    return true;
  }

  /** What must hold once {@link begin} has ended whatever was open. */
  async check(client: WireClient): Promise<void> {
    const [one, other] = await Promise.all(
      this.partitions.map(async (partition) => {
        const stored = await readPartition(client, this.topic, partition, 1);
        return stored.map(({ value }) => Number(value));
      }),
    );
    const maybe = this.#undecided === undefined ? [] : [this.#undecided];
    expect(other).toEqual(one);
    expect([this.#committed, [...this.#committed, ...maybe]]).toContainEqual(one);
    const asked = [{ name: this.topic, partitionIndexes: [0] }];
    const { topics } = await client.request(apis.offsetFetch, 5, { groupId: 'tg', topics: asked });
    expect(topics[0]?.partitions[0]?.committedOffset).toBe(one?.at(-1));
    if (one?.length !== this.#committed.length) this.#committed.push(...(one?.slice(this.#committed.length) ?? []));
    this.#undecided = undefined;
    const ends = this.partitions.map((partitionIndex) => ({ partitionIndex, timestamp: -1 }));
    const lastOffsets = async (isolationLevel: number) => {
      const wanted = { replicaId: -1, isolationLevel, topics: [{ name: this.topic, partitions: ends }] };
      const found = await client.request(apis.listOffsets, 5, wanted);
      return found.topics[0]?.partitions.map(({ offset }) => offset);
    };
    expect(await lastOffsets(1)).toEqual(await lastOffsets(0));
  }

  get transactions(): number {
    return this.#committed.length;
  }
}
