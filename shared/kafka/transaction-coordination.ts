import { KitError } from '#shared/errors';
import { apis } from '#shared/wire';
import type { Membership } from './group-options.js';
import type { Nodes } from './nodes.js';
import type { PartialOffsets } from './records.js';
import { accept, errorCode, OVERTAKEN, Refusal } from './refusal.js';

/** A transactional id, and who writes under it. */
export interface ProducerIdentity {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** Who writes, under a transactional id or without one. */
export type WriterIdentity = Omit<ProducerIdentity, 'transactionalId'> & { readonly transactionalId: string | null };

/** What a transaction makes of its input: the offsets at which the group goes on. */
export interface ConsumedOffsets {
  readonly groupId: string;
  readonly offsets: PartialOffsets;
  /** As which member they are committed: refused where the group has gone on without it (KIP-447). Unless said, nobody asks. */
  readonly membership?: Membership | undefined;
}

/** Partitions by topic. */
export type Partitions = ReadonlyMap<string, readonly number[]>;

const FENCING = new Set<number>([
  errorCode.producerFenced,
  errorCode.invalidProducerEpoch,
  errorCode.invalidProducerIdMapping,
  errorCode.transactionalIdNotFound,
]);

const UNACCEPTABLE = new Set<number>([
  errorCode.messageTooLarge,
  errorCode.invalidRecord,
  errorCode.invalidTimestamp,
  errorCode.topicAuthorizationFailed,
  errorCode.groupAuthorizationFailed,
  errorCode.transactionalIdAuthorizationFailed,
  errorCode.invalidTransactionTimeout,
  errorCode.invalidTopic,
  errorCode.policyViolation,
]);

/** Whether the cluster refuses what is written, and always will. */
export const isUnacceptable = ({ code }: Refusal): boolean => UNACCEPTABLE.has(code);

/**
 * What a failure means to whoever writes: 'producer-fenced', 'run-failed' where the cluster refused and nothing was done,
 * and 'cluster-unreachable' for all that leaves it open what was done.
 */
export function transactionError(error: unknown, id: string, doing: string): KitError {
  if (!(error instanceof Refusal)) return KitError.from(error, 'cluster-unreachable', doing);
  if (FENCING.has(error.code)) {
    return new KitError(
      'producer-fenced',
      `${doing}: another producer has taken over the transactional id ${id}, or its transaction took too long ` +
        `(${error.message}). A new producer of that id goes on from what was committed.`,
      { cause: error },
    );
  }
  if (OVERTAKEN.has(error.code)) {
    return new KitError(
      'producer-fenced',
      `${doing}: the group has shared its partitions anew, without this member (${error.message}).`,
      { cause: error },
    );
  }
  return KitError.from(error, isUnacceptable(error) ? 'run-failed' : 'cluster-unreachable', doing);
}

/** How often an end is asked for again that failed without a reason. */
const MOST_UNEXPLAINED = 10;
/** From this version on TxnOffsetCommit says as which member, Apache Kafka 2.5. */
const MEMBERS_SINCE = 3;

/** What a producer asks of its transaction's coordinator and of its group's; each is insisted on. */
export class TransactionCoordination {
  constructor(
    private readonly nodes: Nodes,
    private readonly lane: number,
  ) {}

  /** InitProducerId: shuts out earlier producers of the id and waits until what they left open is ended. */
  async init(transactionalId: string, transactionTimeoutMs: number): Promise<ProducerIdentity> {
    const { nodes, lane } = this;
    return nodes.insistOnCoordinator(
      `Beginning as the producer ${transactionalId}`,
      'transaction',
      transactionalId,
      async (coordinator) => {
        const answer = await coordinator.request(apis.initProducerId, { transactionalId, transactionTimeoutMs });
        accept(answer.errorCode);
        return { transactionalId, producerId: answer.producerId, producerEpoch: answer.producerEpoch };
      },
      { lane },
    );
  }

  /** AddPartitionsToTxn. Gives how often it was asked: until the transaction before is ended in all partitions. */
  async addPartitions(producer: ProducerIdentity, partitions: Partitions): Promise<number> {
    let asked = 0;
    await this.#ask('Adding partitions to', producer, async (coordinator) => {
      asked += 1;
      const answer = await coordinator.request(apis.addPartitionsToTxn, {
        v3AndBelowTransactionalId: producer.transactionalId,
        v3AndBelowProducerId: producer.producerId,
        v3AndBelowProducerEpoch: producer.producerEpoch,
        v3AndBelowTopics: Array.from(partitions, ([name, numbers]) => ({ name, partitions: numbers })),
      });
      const codes = answer.resultsByTopicV3AndBelow.flatMap(({ resultsByPartition }) =>
        resultsByPartition.map(({ partitionErrorCode }) => partitionErrorCode),
      );
      // Of one that was refused, the others say only that they were not tried.
      accept(codes.find((code) => code !== errorCode.none && code !== errorCode.operationNotAttempted) ?? 0);
      accept(codes.find((code) => code !== errorCode.none) ?? 0);
    });
    return asked;
  }

  /** AddOffsetsToTxn. */
  async addGroup(producer: ProducerIdentity, groupId: string): Promise<void> {
    await this.#ask(`Adding the offsets of ${groupId} to`, producer, async (coordinator) => {
      accept((await coordinator.request(apis.addOffsetsToTxn, { ...producer, groupId })).errorCode);
    });
  }

  /** TxnOffsetCommit. The offsets say who committed them: whoever goes on from there can end what that producer left open. */
  async commitOffsets(producer: ProducerIdentity, { groupId, offsets, membership }: ConsumedOffsets): Promise<void> {
    const { memberId = '', generationId = -1 } = membership ?? {};
    const doing = `Adding the offsets of ${groupId} to the transaction of ${producer.transactionalId}`;
    const committedMetadata = producer.transactionalId;
    const topics = Array.from(offsets, ([name, byPartition]) => ({
      name,
      partitions: byPartition.flatMap((committedOffset, partitionIndex) =>
        committedOffset === undefined ? [] : [{ partitionIndex, committedOffset, committedMetadata }],
      ),
    })).filter(({ partitions }) => partitions.length > 0);
    await this.nodes.insistOnCoordinator(
      doing,
      'group',
      groupId,
      async (coordinator) => {
        const version = coordinator.versionOf(apis.txnOffsetCommit);
        if (membership !== undefined && version < MEMBERS_SINCE) {
          throw new KitError(
            'protocol',
            `${doing}: that takes Apache Kafka 2.5 or newer (TxnOffsetCommit ${version}).`,
          );
        }
        const answer = await coordinator.request(apis.txnOffsetCommit, {
          ...producer,
          groupId,
          generationId,
          memberId,
          groupInstanceId: null,
          topics,
        });
        for (const { partitions } of answer.topics) for (const { errorCode: code } of partitions) accept(code);
      },
      { lane: this.lane },
    );
  }

  /**
   * EndTxn. It can be asked again where an answer was lost: the coordinator then either still has the transaction, or says
   * that it ended so already; where it ended otherwise, by its time-out, the producer is fenced.
   */
  async end(producer: ProducerIdentity, committed: boolean): Promise<void> {
    let unexplained = 0;
    await this.#ask(committed ? 'Committing' : 'Aborting', producer, async (coordinator) => {
      const { errorCode: code } = await coordinator.request(apis.endTxn, { ...producer, committed });
      // So Apache Kafka 4.3.1 has answered while another producer of the id was taking over: asked again, it says what became of it.
      if (code === errorCode.unknownServerError) unexplained += 1;
      const mayPass = code === errorCode.unknownServerError && unexplained < MOST_UNEXPLAINED;
      if (mayPass) throw new Error('the coordinator gives no reason (UNKNOWN_SERVER_ERROR)');
      accept(code);
    });
  }

  async #ask(
    doing: string,
    { transactionalId }: ProducerIdentity,
    ask: Parameters<Nodes['insistOnCoordinator']>[3],
  ): Promise<void> {
    const { nodes, lane } = this;
    await nodes.insistOnCoordinator(
      `${doing} the transaction of ${transactionalId}`,
      'transaction',
      transactionalId,
      ask,
      {
        lane,
      },
    );
  }
}
