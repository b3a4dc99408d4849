import { expect } from 'vitest';
import type { KafkaUnderTest, WireClient } from '#shared/testing';
import { apis, attribute, buildBatch, errorCode } from '#shared/wire';
import { batchesIn, connectTo, eventually, type FetchedBatch, fetchPartition, produceBatch } from './ask.contract.js';

export const readUncommitted = 0;
export const readCommitted = 1;

const soon: readonly number[] = [
  errorCode.coordinatorLoadInProgress,
  errorCode.coordinatorNotAvailable,
  errorCode.notCoordinator,
  errorCode.concurrentTransactions,
];

/** Asks again while a coordinator starts, or still ends the transaction before, as every client does. */
const untilSettled = <T>(ask: () => Promise<T>, codeOf: (answer: T) => number | undefined): Promise<T> =>
  eventually(async () => {
    const answer = await ask();
    const code = codeOf(answer) ?? errorCode.none;
    if (soon.includes(code)) throw new Error(`Not yet: ${code}`);
    return answer;
  });

/** Waits until a coordinator is there: Apache Kafka creates the topic that it works with when it is first asked for. */
export const awaitCoordinator = (client: WireClient, key: string, keyType: number) =>
  untilSettled(
    () => client.request(apis.findCoordinator, 3, { key, keyType }),
    ({ errorCode: code }) => code,
  );

/** Asks for a producer's id and epoch. */
export async function askForProducer(
  client: WireClient,
  transactionalId: string | null,
  { version = 4, timeoutMs = 60_000, producerId = -1, producerEpoch = -1 } = {},
) {
  if (transactionalId) await awaitCoordinator(client, transactionalId, 1);
  return untilSettled(
    () =>
      client.request(apis.initProducerId, version, {
        transactionalId,
        transactionTimeoutMs: timeoutMs,
        producerId,
        producerEpoch,
      }),
    ({ errorCode: code }) => code,
  );
}

let producers = 0;

/** A transactional id that no other test has. */
export function newTransactionalId(kafka: KafkaUnderTest): string {
  producers += 1;
  return kafka.unique(`tx-${producers}`);
}

/** One epoch of a producer with a transactional id; what it asks for gives error codes. */
export class TransactionalProducer {
  constructor(
    readonly client: WireClient,
    readonly id: string,
    readonly producerId: number,
    readonly producerEpoch: number,
  ) {}

  static async start(
    kafka: KafkaUnderTest,
    { id = newTransactionalId(kafka), timeoutMs = 60_000 } = {},
  ): Promise<TransactionalProducer> {
    const client = await connectTo(kafka);
    const answer = await askForProducer(client, id, { timeoutMs });
    expect(answer.errorCode).toBe(errorCode.none);
    return new TransactionalProducer(client, id, answer.producerId, answer.producerEpoch);
  }

  /** The producer that begins after this one. */
  async next(): Promise<TransactionalProducer> {
    const { producerId, producerEpoch } = await askForProducer(this.client, this.id);
    return new TransactionalProducer(this.client, this.id, producerId, producerEpoch);
  }

  /** The same producer, as it would claim another id or epoch. */
  as(claim: { readonly id?: string; readonly producerId?: number; readonly producerEpoch?: number }) {
    const { id = this.id, producerId = this.producerId, producerEpoch = this.producerEpoch } = claim;
    return new TransactionalProducer(this.client, id, producerId, producerEpoch);
  }

  get #claim() {
    return { transactionalId: this.id, producerId: this.producerId, producerEpoch: this.producerEpoch };
  }

  /** AddPartitionsToTxn: the codes in the order of the partitions. */
  async add(topics: Readonly<Record<string, readonly number[]>>, version = 3): Promise<number[]> {
    const ask = () =>
      this.client.request(apis.addPartitionsToTxn, version, {
        v3AndBelowTransactionalId: this.id,
        v3AndBelowProducerId: this.producerId,
        v3AndBelowProducerEpoch: this.producerEpoch,
        v3AndBelowTopics: Object.entries(topics).map(([name, partitions]) => ({ name, partitions })),
      });
    const codes = (answer: Awaited<ReturnType<typeof ask>>) =>
      Object.entries(topics).flatMap(([name, partitions]) =>
        partitions.map((partition) => {
          const results = answer.resultsByTopicV3AndBelow.find((one) => one.name === name)?.resultsByPartition;
          return results?.find(({ partitionIndex }) => partitionIndex === partition)?.partitionErrorCode ?? Number.NaN;
        }),
      );
    return codes(await untilSettled(ask, (answer) => codes(answer)[0]));
  }

  /** Produces values to a partition, whether that belongs to the transaction or not. */
  async produce(
    topic: string,
    baseSequence: number,
    values: readonly string[],
    { partition = 0, version = 8, transactional = true, transactionalId = this.id as string | null } = {},
  ) {
    const { producerId, producerEpoch } = this;
    // Times of today: a marker has one too, and a log begins a new segment where they are weeks apart.
    const records = values.map((value) => ({
      timestamp: Date.now(),
      key: Buffer.from('k'),
      value: Buffer.from(value),
    }));
    const batch = buildBatch(records, { producerId, producerEpoch, baseSequence, transactional });
    return produceBatch(this.client, topic, batch, { partition, version, transactionalId });
  }

  /** Writes values in a transaction, which begins with them if none is open. */
  async write(topic: string, baseSequence: number, ...values: string[]): Promise<number> {
    expect(await this.add({ [topic]: [0] })).toEqual([errorCode.none]);
    const answer = await this.produce(topic, baseSequence, values);
    expect(answer.errorCode).toBe(errorCode.none);
    return answer.baseOffset;
  }

  /** EndTxn. */
  async end(committed: boolean, version = 3): Promise<number> {
    const ask = () => this.client.request(apis.endTxn, version, { ...this.#claim, committed });
    return (await untilSettled(ask, ({ errorCode: code }) => code)).errorCode;
  }

  /** Ends the transaction and waits until it has ended everywhere: Apache Kafka answers before that. */
  async finish(committed: boolean): Promise<void> {
    expect(await this.end(committed)).toBe(errorCode.none);
    const wanted = committed ? 'CompleteCommit' : 'CompleteAbort';
    await eventually(async () => expect((await this.describe())?.transactionState).toBe(wanted));
  }

  async describe() {
    const { transactionStates } = await this.client.request(apis.describeTransactions, 0, {
      transactionalIds: [this.id],
    });
    return transactionStates[0];
  }

  /** AddOffsetsToTxn. */
  async addGroup(groupId: string, version = 3): Promise<number> {
    const ask = () => this.client.request(apis.addOffsetsToTxn, version, { ...this.#claim, groupId });
    return (await untilSettled(ask, ({ errorCode: code }) => code)).errorCode;
  }

  /** TxnOffsetCommit of one partition. */
  async commitOffset(
    groupId: string,
    topic: string,
    committedOffset: number,
    {
      version = 3,
      partition = 0,
      generationId = -1,
      memberId = '',
      groupInstanceId = null as string | null,
      metadata = 'm',
    } = {},
  ): Promise<number | undefined> {
    const ask = () =>
      this.client.request(apis.txnOffsetCommit, version, {
        ...this.#claim,
        groupId,
        generationId,
        memberId,
        groupInstanceId,
        topics: [
          { name: topic, partitions: [{ partitionIndex: partition, committedOffset, committedMetadata: metadata }] },
        ],
      });
    const codeOf = (answer: Awaited<ReturnType<typeof ask>>) => answer.topics[0]?.partitions[0]?.errorCode;
    return codeOf(await untilSettled(ask, codeOf));
  }
}

/** All batches of partition 0 that a reader gets, and what is said of them; one fetch may end before the log does. */
export async function readAll(client: WireClient, topic: string, isolationLevel: number, from = 0) {
  const batches: FetchedBatch[] = [];
  const aborted = new Map<string, { readonly producerId: number; readonly firstOffset: number }>();
  for (let offset = from; ; ) {
    const answer = await fetchPartition(client, topic, { offset, isolationLevel, maxWaitMs: 0 });
    for (const one of answer.abortedTransactions ?? []) aborted.set(`${one.producerId}/${one.firstOffset}`, one);
    const got = batchesIn(answer.records);
    const last = got.at(-1)?.header;
    if (last === undefined) return { ...answer, batches, aborted: [...aborted.values()] };
    batches.push(...got);
    offset = last.baseOffset + last.lastOffsetDelta + 1;
  }
}

/** What a client shows its user: no markers, and with read_committed nothing of an aborted transaction. */
export function shownValues({
  batches,
  aborted,
}: Pick<Awaited<ReturnType<typeof readAll>>, 'batches' | 'aborted'>): string[] {
  const began = new Set<number>();
  const left = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  return batches.flatMap(({ header, records }) => {
    while ((left[0]?.firstOffset ?? Number.POSITIVE_INFINITY) <= header.baseOffset)
      began.add(left.shift()?.producerId ?? -1);
    if ((header.attributes & attribute.control) !== 0) {
      began.delete(header.producerId);
      return [];
    }
    const isAborted = (header.attributes & attribute.transactional) !== 0 && began.has(header.producerId);
    return isAborted ? [] : records.map(({ value }) => String(value));
  });
}
