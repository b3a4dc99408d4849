import { errorCode as known } from '#shared/wire';

/** Error codes by which a cluster says that something is not where it was asked for, or not yet. */
const elsewhere = {
  leaderNotAvailable: 5,
  notLeaderOrFollower: 6,
  requestTimedOut: 7,
  brokerNotAvailable: 8,
  replicaNotAvailable: 9,
  networkException: 13,
  notEnoughReplicas: 19,
  notEnoughReplicasAfterAppend: 20,
  notController: 41,
  fencedLeaderEpoch: 74,
  offsetNotAvailable: 78,
} as const;

/** The protocol's error codes (kafka.apache.org/protocol#protocol_error_codes), those that only clients care for included. */
export const errorCode = {
  ...known,
  ...elsewhere,
  topicAuthorizationFailed: 29,
  groupAuthorizationFailed: 30,
  duplicateSequenceNumber: 46,
} as const;

/** How a group's coordinator refuses a member that has yet to learn of a rebalance. */
export const OVERTAKEN: ReadonlySet<number> = new Set([
  errorCode.illegalGeneration,
  errorCode.rebalanceInProgress,
  errorCode.unknownMemberId,
]);

const passing = new Set<number>([
  ...Object.values(elsewhere),
  known.unknownTopicOrPartition,
  known.coordinatorLoadInProgress,
  known.coordinatorNotAvailable,
  known.notCoordinator,
  known.concurrentTransactions,
  known.kafkaStorageError,
  known.unstableOffsetCommit,
  known.unknownLeaderEpoch,
]);

/** An answer with an error code. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(readonly code: number) {
    const found = Object.entries(errorCode).find(([, value]) => value === code)?.[0];
    super(found?.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase() ?? `error code ${code}`);
  }

  /** Whether it may be different the next time. */
  get isPassing(): boolean {
    return passing.has(this.code);
  }

  /** Whether it is but for a moment: a transaction is being ended. */
  get isMomentary(): boolean {
    return this.code === known.concurrentTransactions || this.code === known.unstableOffsetCommit;
  }
}

/** @throws Refusal where the code is not 0. */
export function accept(code: number): void {
  if (code !== errorCode.none) throw new Refusal(code);
}
